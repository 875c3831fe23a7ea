using Npgsql;
using Rig.Ingest.Persistence;
using Rig.Ingest.Storage;
using Rig.Tests.Engine.Persistence;

namespace Rig.Tests.Persistence;

/// <summary>An actor system on the PostgreSQL journal, with the engine tests' scripted actor on it.</summary>
internal sealed class JournalSystem : IAsyncDisposable
{
    private const string Config = """
        akka {
          loggers = []
          stdout-loglevel = OFF
          test.single-expect-default = 30s
          persistence {
            journal.plugin = "akka.persistence.journal.postgres"
            journal.postgres { class = "Rig.Ingest.Persistence.PostgresJournal, rig-ingest", event-adapters { tagging = "Rig.Tests.Persistence.GoalTagging, Rig.Tests" }, event-adapter-bindings { "System.String" = tagging } }
            snapshot-store.plugin = "akka.persistence.snapshot-store.postgres"
            snapshot-store.postgres.class = "Rig.Ingest.Persistence.PostgresSnapshotStore, rig-ingest"
          }
        }
        """;

    private readonly ActorSystem system;

    public JournalSystem(string connectionString, string config = "")
    {
        Database = NpgsqlDataSource.Create(connectionString);
        system = ActorSystem.Create("journal", ConfigurationFactory.ParseString(Config + "\n" + config));
        JournalDatabase.Give(system, Database);
        Kit = new TestKit(system);
    }

    public NpgsqlDataSource Database { get; }

    public TestKit Kit { get; }

    /// <returns>The connection string of a new database with the server's tables.</returns>
    public static async Task<string> PrepareAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await new SchemaGate(source).UpgradeAsync(CancellationToken.None);
        return connectionString;
    }

    public IActorRef Start(string id, Recovery? recovery = null) => system.ActorOf(Props.Create(() => new ScriptedActor(id, Kit.TestActor, recovery, null)));

    public void Expect(params string[] texts)
    {
        foreach (var text in texts)
        {
            Kit.ExpectMsg(text);
        }
    }

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        Kit.Dispose();
        await system.Terminate();
        await Database.DisposeAsync();
    }
}

/// <summary>Texts that speak of a goal can be found by it.</summary>
public sealed class GoalTagging : IWriteEventAdapter
{
    public string Manifest(object evt) => string.Empty;

    public object ToJournal(object evt) => ((string)evt).Contains("goal", StringComparison.Ordinal) ? new Tagged(evt, ["goal", "match"]) : evt;
}
