using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.Persistence;

/// <summary>PostgreSQL itself dies; the one of these tests is their own.</summary>
[Collection(PostgresTests.Name)]
public sealed class DatabaseCrashTests : IAsyncLifetime
{
    private readonly TempFolder folder = new("rig-journal-crash");
    private PrivatePostgres postgres = null!;
    private JournalSystem journal = null!;

    public async Task InitializeAsync()
    {
        postgres = await PrivatePostgres.StartAsync(folder.Path, durable: true, CancellationToken.None);
        await postgres.CreateDatabaseAsync("journal", CancellationToken.None);
        journal = await JournalSystem.StartAsync(await JournalSystem.PrepareAsync(postgres.ConnectionString("journal")));
    }

    public async Task DisposeAsync()
    {
        await journal.DisposeAsync();
        await postgres.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task A_database_that_crashes_amid_writes_keeps_every_acknowledged_event_and_the_actor_goes_on_after_it()
    {
        var actor = journal.Kit.Watch(journal.Start("a"));
        journal.Expect("recovered at 0");
        // Each event begets the next, until the crash.
        actor.Tell(new Do(self => Next(self, 1)));
        var acknowledged = 0;
        for (; acknowledged < 100; acknowledged++)
        {
            journal.Expect($"persisted {acknowledged + 1}");
        }

        var crash = postgres.CrashAndRestartAsync(CancellationToken.None);
        string text;
        while ((text = journal.Kit.ExpectMsg<string>()).StartsWith("persisted", StringComparison.Ordinal))
        {
            acknowledged++;
        }

        Assert.StartsWith($"failed {acknowledged + 1} ", text, StringComparison.Ordinal);
        journal.Kit.ExpectTerminated(actor);
        await crash;
        await Eventually.HoldsAsync(async () =>
        {
            try
            {
                return await journal.ScalarAsync<int>("SELECT 1") == 1;
            }
            catch (Npgsql.NpgsqlException)
            {
                return false;
            }
        });

        journal.Start("a");
        for (var n = 1; n <= acknowledged; n++)
        {
            journal.Expect($"replayed {n}");
        }

        // The one whose fate was not known may be there too.
        var end = journal.Kit.ExpectMsg<string>();
        Assert.True(end == $"recovered at {acknowledged}" || end == $"replayed {acknowledged + 1}", end);
    }

    private static void Next(ScriptedActor self, int n) => self.Persist(ScriptedActor.EventOf($"{n}"), @event =>
    {
        self.Report.Tell($"persisted {ScriptedActor.TextOf(@event)}");
        Next(self, n + 1);
    });
}
