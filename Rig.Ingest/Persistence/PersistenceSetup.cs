using Akka.Persistence.Sql;
using Akka.Persistence.Sql.Config;
using Akka.Persistence.Sql.Hosting;
using LinqToDB;
using LinqToDB.Data;
using LinqToDB.DataProvider.PostgreSQL;
using Npgsql;

namespace Rig.Ingest.Persistence;

/// <summary>Histories in the server's own database, by Akka.Persistence.Sql in the tables of migration 5 (docs/design/persistence.md).</summary>
public static class PersistenceSetup
{
    private const string Schema = "ingest";

    /// <summary>Keys that HOCON may hold beside those of the cluster.</summary>
    public static IReadOnlyList<Config> References { get; } = [SqlPersistence.DefaultConfiguration, Akka.Persistence.Persistence.DefaultConfig()];

    /// <param name="database">The connections are its own; the connection string, which is a secret, is in no configuration of the system.</param>
    public static AkkaConfigurationBuilder WithDatabase(this AkkaConfigurationBuilder builder, NpgsqlDataSource database)
    {
        var options = new DataOptions()
            .UseDataProvider(PostgreSQLTools.GetDataProvider(PostgreSQLVersion.v15))
            .UseConnectionFactory(_ => database.CreateConnection())
            .WithOptions<ConnectionOptions>(connection => connection with { ProviderName = ProviderName.PostgreSQL15 });
        return builder.WithSqlPersistence(
            new SqlJournalOptions
            {
                DataOptions = options,
                AutoInitialize = false,
                TagStorageMode = TagMode.TagTable,
                DatabaseOptions = new JournalDatabaseOptions(DatabaseMapping.Default) { SchemaName = Schema },
            },
            new SqlSnapshotOptions
            {
                DataOptions = options,
                AutoInitialize = false,
                DatabaseOptions = new SnapshotDatabaseOptions(DatabaseMapping.Default) { SchemaName = Schema },
            });
    }
}
