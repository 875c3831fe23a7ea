using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Rig.Actors.Hosting;
using Rig.Ingest.Persistence;
using Rig.Ingest.Storage;

namespace Rig.Tests.Persistence;

/// <summary>An actor system with the server's own configuration and database, and scripted actors on it.</summary>
internal sealed class JournalSystem : IAsyncDisposable
{
    private const string Config = "akka.test.single-expect-default = 30s";

    private readonly IHost host;

    private JournalSystem(string connectionString, string config)
    {
        Database = NpgsqlDataSource.Create(connectionString);
        host = new HostBuilder()
            .ConfigureServices(services => services.AddAkka("journal", builder => builder
                .AddHocon(ConfigurationFactory.ParseString(config + "\n" + Config).WithFallback(RigConfig.Load("ingest.conf", "ingest", [], PersistenceSetup.References)), HoconAddMode.Prepend)
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

    public IActorRef Start(string id) => System.ActorOf(Props.Create(() => new ScriptedActor(id, Kit.TestActor)));

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
