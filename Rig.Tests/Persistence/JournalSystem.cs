using Akka.Persistence.Journal;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Rig.Ingest.Persistence;
using Rig.Ingest.Storage;

namespace Rig.Tests.Persistence;

/// <summary>An actor system on the PostgreSQL journal, with the engine tests' scripted actor on it.</summary>
internal sealed class JournalSystem : IAsyncDisposable
{
    private const string Config = """
        akka {
          loggers = []
          stdout-loglevel = OFF
          test.single-expect-default = 30s
          persistence.journal.sql {
            event-adapters { tagging = "Rig.Tests.Persistence.GoalTagging, Rig.Tests" }
            event-adapter-bindings { "System.String" = tagging }
          }
        }
        """;

    private readonly IHost host;

    private JournalSystem(string connectionString, string config)
    {
        Database = NpgsqlDataSource.Create(connectionString);
        host = new HostBuilder()
            .ConfigureServices(services => services.AddAkka("journal", builder => builder
                .AddHocon(ConfigurationFactory.ParseString(config + "\n" + Config), HoconAddMode.Prepend)
                .WithDatabase(Database)))
            .Build();
    }

    public static async Task<JournalSystem> StartAsync(string connectionString, string config = "")
    {
        var journal = new JournalSystem(connectionString, config);
        await journal.host.StartAsync();
        journal.Kit = new TestKit(journal.System);
        return journal;
    }

    public NpgsqlDataSource Database { get; }

    public TestKit Kit { get; private set; } = null!;

    private ActorSystem System => host.Services.GetRequiredService<ActorSystem>();

    /// <returns>The connection string of a new database with the server's tables.</returns>
    public static async Task<string> PrepareAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await new SchemaGate(source).UpgradeAsync(CancellationToken.None);
        return connectionString;
    }

    public IActorRef Start(string id, Recovery? recovery = null) => System.ActorOf(Props.Create(() => new ScriptedActor(id, Kit.TestActor, recovery, null)));

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
        await host.StopAsync();
        host.Dispose();
        await Database.DisposeAsync();
    }
}

/// <summary>Texts that speak of a goal can be found by it.</summary>
public sealed class GoalTagging : IWriteEventAdapter
{
    public string Manifest(object evt) => string.Empty;

    public object ToJournal(object evt) => ((string)evt).Contains("goal", StringComparison.Ordinal) ? new Tagged(evt, ["goal", "match"]) : evt;
}
