using System.Globalization;
using System.Reflection;
using Npgsql;
using Rig.Hosting.Configuration;

namespace Rig.Ingest.Storage;

/// <summary>
/// The database's schema is a number. A server works on exactly its own: it refuses to start on an older one (the operator upgrades
/// when it suits) and on a newer one (an older program would damage it).
/// </summary>
public sealed class SchemaGate(NpgsqlDataSource database)
{
    private const string ResourcePrefix = "Rig.Ingest.Storage.Migrations.";

    /// <summary>Any number that no other program uses; two upgrades at once wait for each other.</summary>
    private const long UpgradeLock = 7_241_001;

    private static readonly List<Migration> Migrations = ReadMigrations();

    /// <exception cref="StartupException">The schema is not this program's; the message says what to do.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        int version;
        try
        {
            version = await VersionAsync(cancellationToken);
        }
        catch (NpgsqlException e) when (e is not PostgresException)
        {
            throw new StartupException($"The database does not answer ({e.Message}). Start PostgreSQL, or correct Rig:Database:ConnectionString.");
        }

        var own = Migrations.Count;
        if (version < own)
        {
            throw new StartupException($"The database has schema {version}, this program needs {own}. Run 'rig-ingest upgrade', or set Rig:Database:AutoUpgrade.");
        }

        if (version > own)
        {
            throw new StartupException($"The database has schema {version}, this program knows only {own}. Start the newer rig-ingest that upgraded it.");
        }
    }

    /// <summary>Applies what is missing, each migration in a transaction of its own.</summary>
    /// <returns>How many were applied.</returns>
    /// <exception cref="StartupException">The schema is newer than this program.</exception>
    public Task<int> UpgradeAsync(CancellationToken cancellationToken) => UpgradeToAsync(Migrations.Count, cancellationToken);

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
            var version = await VersionAsync(cancellationToken);
            if (version > Migrations.Count)
            {
                throw new StartupException($"The database has schema {version}, this program knows only {Migrations.Count}. Use the newer rig-ingest that upgraded it.");
            }

            foreach (var migration in Migrations.Take(target).Skip(version))
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

            return Math.Max(0, target - version);
        }
        finally
        {
            await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({UpgradeLock})", CancellationToken.None);
        }
    }

    private async Task<int> VersionAsync(CancellationToken cancellationToken)
    {
        await using var exists = database.CreateCommand("SELECT to_regclass('ingest.schema_version') IS NOT NULL");
        if (await exists.ExecuteScalarAsync(cancellationToken) is not true)
        {
            return 0;
        }

        await using var version = database.CreateCommand("SELECT coalesce(max(version), 0) FROM ingest.schema_version");
        return (int)(await version.ExecuteScalarAsync(cancellationToken))!;
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

        return migrations.Select(migration => migration.Version).SequenceEqual(Enumerable.Range(1, migrations.Count))
            ? migrations
            : throw new InvalidOperationException("Migrations must be numbered 0001, 0002, ... without a gap.");
    }

    private sealed record Migration(int Version, string Name, string Sql);
}
