using System.Globalization;
using System.Reflection;
using Npgsql;

namespace Rig.Viewer.Storage;

/// <summary>
/// Applies the numbered SQL files of Storage/Migrations, each once, each in a transaction of its own. The number of the last one
/// is the schema's version, kept in the table <c>schema_version</c>. A file that was released is never changed again.
/// </summary>
internal sealed class Migrator(string connectionString)
{
    // Any constant: two programs that upgrade at the same moment wait for each other.
    private const long UpgradeLock = 0x5249475F56494557;

    private static readonly IReadOnlyList<Migration> Migrations = Load();

    /// <summary>The schema that this program is written for.</summary>
    public static int ProgramVersion => Migrations[^1].Version;

    /// <returns>0 for an empty database.</returns>
    public async Task<int> ReadVersionAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        return await ReadVersionAsync(connection, cancellationToken);
    }

    /// <returns>The versions that were applied; none if the schema was up to date.</returns>
    public async Task<IReadOnlyList<int>> UpgradeAsync(CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({UpgradeLock})", cancellationToken);
        var current = await ReadVersionAsync(connection, cancellationToken);
        List<int> applied = [];
        foreach (var migration in Migrations.Where(migration => migration.Version > current))
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync(connection, migration.Sql, cancellationToken);
            await ExecuteAsync(connection, $"INSERT INTO schema_version (version, applied_at) VALUES ({migration.Version}, now())", cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            applied.Add(migration.Version);
        }

        // Closing the session would do it, but the pool keeps sessions open.
        await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({UpgradeLock})", cancellationToken);
        return applied;
    }

    private static async Task<int> ReadVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var exists = new NpgsqlCommand("SELECT to_regclass('schema_version') IS NOT NULL", connection);
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return 0;
        }

        await using var version = new NpgsqlCommand("SELECT coalesce(max(version), 0) FROM schema_version", connection);
        return (int)(await version.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static List<Migration> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return new Migration(int.Parse(name.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture), reader.ReadToEnd());
            })
            .OrderBy(migration => migration.Version)
            .ToList();
    }

    private sealed record Migration(int Version, string Sql);
}
