using System.Globalization;
using System.Reflection;
using Npgsql;
using Rig.Hosting.Configuration;

namespace Rig.Ingest.Storage;

/// <summary>
/// The database's schema is the set of numbered migrations that it has. A server works on exactly its own: it refuses to start on an
/// older one (the operator upgrades when it suits) and on a newer one (an older program would damage it). Numbers may leave gaps, for
/// migrations of parts of the program that come later.
/// </summary>
public sealed class SchemaGate(NpgsqlDataSource database)
{
    private const string ResourcePrefix = "Rig.Ingest.Storage.Migrations.";

    /// <summary>Any number that no other program uses; two upgrades at once wait for each other.</summary>
    private const long UpgradeLock = 7_241_001;

    private static readonly List<Migration> Migrations = ReadMigrations();

    private static int Newest => Migrations[^1].Version;

    /// <exception cref="StartupException">The schema is not this program's; the message says what to do.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        IReadOnlySet<int> applied;
        try
        {
            applied = await AppliedAsync(cancellationToken);
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            throw new StartupException($"The database does not answer ({e.Message}). Start PostgreSQL, or correct Rig:Database:ConnectionString.");
        }

        var (version, own) = (applied.DefaultIfEmpty(0).Max(), Newest);
        if (version > own)
        {
            throw new StartupException($"The database has schema {version}, this program knows only {own}. Start the newer rig-ingest that upgraded it.");
        }

        if (Migrations.Any(migration => !applied.Contains(migration.Version)))
        {
            throw new StartupException($"The database has schema {version}, this program needs {own}. Run 'rig-ingest upgrade', or set Rig:Database:AutoUpgrade.");
        }
    }

    /// <summary>Applies what is missing, each migration in a transaction of its own.</summary>
    /// <returns>How many were applied.</returns>
    /// <exception cref="StartupException">The schema is newer than this program.</exception>
    public Task<int> UpgradeAsync(CancellationToken cancellationToken) => UpgradeToAsync(Newest, cancellationToken);

    /// <summary>As <see cref="UpgradeAsync"/>, but no further than to an older schema, which only that version's program works on.</summary>
    internal async Task<int> UpgradeToAsync(int target, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({UpgradeLock})", cancellationToken);
        try
        {
            await ExecuteAsync(connection, "CREATE SCHEMA IF NOT EXISTS ingest", cancellationToken);
            await ExecuteAsync(
                connection,
                "CREATE TABLE IF NOT EXISTS ingest.schema_version (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())",
                cancellationToken);
            var applied = await AppliedAsync(cancellationToken);
            if (applied.DefaultIfEmpty(0).Max() is var version && version > Newest)
            {
                throw new StartupException($"The database has schema {version}, this program knows only {Newest}. Use the newer rig-ingest that upgraded it.");
            }

            var missing = Migrations.Where(migration => migration.Version <= target && !applied.Contains(migration.Version)).ToList();
            foreach (var migration in missing)
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
                await ExecuteAsync(connection, migration.Sql, cancellationToken);
                await using var record = new NpgsqlCommand("INSERT INTO ingest.schema_version (version, name) VALUES ($1, $2)", connection, transaction)
                {
                    Parameters = { new() { Value = migration.Version }, new() { Value = migration.Name } },
                };
                await record.ExecuteNonQueryAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
            }

            return missing.Count;
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({UpgradeLock})", CancellationToken.None);
        }
    }

    private async Task<IReadOnlySet<int>> AppliedAsync(CancellationToken cancellationToken)
    {
        await using var exists = database.CreateCommand("SELECT to_regclass('ingest.schema_version') IS NOT NULL");
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return new HashSet<int>();
        }

        var applied = new HashSet<int>();
        await using var versions = database.CreateCommand("SELECT version FROM ingest.schema_version");
        await using var reader = await versions.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            applied.Add(reader.GetInt32(0));
        }

        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static List<Migration> ReadMigrations()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var migrations = new List<Migration>();
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var name = resource[ResourcePrefix.Length..];
            using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            migrations.Add(new Migration(int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, reader.ReadToEnd()));
        }

        return migrations.DistinctBy(migration => migration.Version).Count() == migrations.Count
            ? migrations
            : throw new InvalidOperationException("Two migrations have one number.");
    }

    private sealed record Migration(int Version, string Name, string Sql);
}
