using Microsoft.EntityFrameworkCore;
using Rig.Hosting.Configuration;

namespace Rig.Viewer.Storage;

/// <summary>How a database's schema stands to the one that this program is written for.</summary>
/// <param name="Name">The newest migration that the database has; null for an empty database or one of before EF Core's migrations.</param>
/// <param name="Pending">What it lacks, in order.</param>
/// <param name="Unknown">What a newer program did to it.</param>
internal sealed record SchemaState(string? Name, IReadOnlyList<string> Pending, IReadOnlyList<string> Unknown);

/// <summary>Brings a database to this program's schema by the migrations in Storage/Migrations, which <c>dotnet ef</c> makes.</summary>
internal sealed class Migrator(ViewerDb db)
{
    // Any constant: two programs that upgrade at the same moment wait for each other.
    private const long UpgradeLock = 0x5249475F56494557;

    /// <summary>The schema that this program is written for.</summary>
    public string ProgramSchema => db.Database.GetMigrations().Last();

    public async Task<SchemaState> ReadAsync(CancellationToken cancellationToken)
    {
        var known = db.Database.GetMigrations().ToList();
        var applied = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        return new SchemaState(applied.LastOrDefault(), [.. known.Except(applied)], [.. applied.Except(known)]);
    }

    /// <returns>The migrations that were applied, or found to be in an older database; none if the schema was up to date.</returns>
    /// <exception cref="StartupException">A newer program made the schema.</exception>
    public async Task<IReadOnlyList<string>> UpgradeAsync(CancellationToken cancellationToken)
    {
        // One connection for all of it: the lock belongs to it.
        await db.Database.OpenConnectionAsync(cancellationToken);
        try
        {
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({UpgradeLock})", cancellationToken);
            var before = await ReadAsync(cancellationToken);
            if (before.Unknown.Count > 0)
            {
                throw SchemaGate.IsNewer(before, ProgramSchema);
            }

            await NumberedSchema.TakeOverAsync(db, cancellationToken);
            await db.Database.MigrateAsync(cancellationToken);
            return before.Pending;
        }
        finally
        {
            // Closing the session would do it, but the pool keeps sessions open.
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({UpgradeLock})", CancellationToken.None);
            await db.Database.CloseConnectionAsync();
        }
    }
}
