using System.Globalization;
using Npgsql;
using Rig.Tests.Support;

namespace Rig.Tests.Persistence;

/// <summary>What Rig promises of stored events, on its settings of Akka.Persistence.Sql and its own tables.</summary>
[Collection(PostgresTests.Name)]
public sealed class SqlPersistenceTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string OthersAtWork =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'";

    private string connection = "";
    private JournalSystem journal = null!;

    public async Task InitializeAsync()
    {
        connection = await JournalSystem.PrepareAsync(await postgres.NewDatabaseAsync());
        journal = await JournalSystem.StartAsync(connection);
    }

    public async Task DisposeAsync() => await journal.DisposeAsync();

    [Fact]
    public async Task What_was_confirmed_is_replayed_by_another_process_in_order()
    {
        var actor = journal.Start("a");
        journal.Expect("recovered at 0");
        Persist(actor, "one", "two");
        actor.Tell(new Do(self => self.PersistTexts("three", "four")));
        journal.Expect("persisted one", "persisted two", "persisted three", "persisted four");
        await journal.DisposeAsync();

        journal = await JournalSystem.StartAsync(connection);
        journal.Start("a");
        journal.Expect("replayed one", "replayed two", "replayed three", "replayed four", "recovered at 4");
    }

    [Fact]
    public void Ten_thousand_events_are_written_and_recovered_in_order()
    {
        const int Count = 10_000;
        var actor = journal.Start("long");
        journal.Expect("recovered at 0");
        actor.Tell(new Do(self =>
        {
            self.PersistAll(Enumerable.Range(1, Count).Select(n => ScriptedActor.EventOf(n.ToString(CultureInfo.InvariantCulture))), _ => { });
            self.DeferAsync("done", text => self.Report.Tell(text));
        }));
        journal.Expect("done");

        journal.Start("long");
        for (var n = 1; n <= Count; n++)
        {
            journal.Expect($"replayed {n.ToString(CultureInfo.InvariantCulture)}");
        }

        journal.Expect($"recovered at {Count}");
    }

    [Fact]
    public void A_second_writer_of_the_same_history_fails_with_the_reason_and_sees_the_others_events_when_started_again()
    {
        var first = journal.Start("shared");
        journal.Expect("recovered at 0");
        var second = journal.Kit.Watch(journal.Start("shared"));
        journal.Expect("recovered at 0");
        Persist(first, "one");
        journal.Expect("persisted one");

        Persist(second, "two");
        var failure = journal.Kit.ExpectMsg<string>();
        Assert.StartsWith("failed two 1: 23505:", failure, StringComparison.Ordinal);
        Assert.Contains("journal_uq", failure, StringComparison.Ordinal);
        journal.Kit.ExpectTerminated(second);

        Persist(first, "three");
        journal.Expect("persisted three");
        journal.Start("shared");
        journal.Expect("replayed one", "replayed three", "recovered at 2");
    }

    [Fact]
    public async Task Servers_that_write_to_one_history_in_turns_lose_no_event_of_each_other()
    {
        await using var other = await JournalSystem.StartAsync(connection);
        var replayed = new List<string>();
        foreach (var (server, n) in new[] { (journal, 1), (other, 2), (journal, 3), (other, 4), (journal, 5) })
        {
            var actor = server.Start("shared");
            server.Expect([.. replayed, $"recovered at {n - 1}"]);
            Persist(actor, $"{n}");
            server.Expect($"persisted {n}");
            replayed.Add($"replayed {n}");
        }

        other.Start("shared");
        other.Expect([.. replayed, "recovered at 5"]);
    }

    [Fact]
    public void An_event_that_cannot_be_serialized_is_rejected_and_the_others_are_written()
    {
        var actor = journal.Start("a");
        journal.Expect("recovered at 0");
        actor.Tell(new Do(self =>
        {
            self.PersistTexts("one");
            self.Persist(new Unspeakable(), _ => self.Report.Tell("persisted the unspeakable"));
            self.PersistTexts("three");
        }));
        journal.Expect("persisted one");
        Assert.StartsWith("rejected unspeakable 2", journal.Kit.ExpectMsg<string>(), StringComparison.Ordinal);
        journal.Expect("persisted three");

        journal.Start("a");
        journal.Expect("replayed one", "replayed three", "recovered at 3");
    }

    [Fact]
    public async Task A_connection_that_is_cut_in_mid_write_stops_the_actor_and_what_it_did_not_confirm_is_not_acknowledged()
    {
        var actor = journal.Kit.Watch(journal.Start("a"));
        journal.Expect("recovered at 0");
        Persist(actor, "one");
        journal.Expect("persisted one");
        await using (await LockJournalAsync())
        {
            Persist(actor, "two");
            await KillBlockedWriteAsync();
            Assert.StartsWith("failed two 2", journal.Kit.ExpectMsg<string>(), StringComparison.Ordinal);
            journal.Kit.ExpectTerminated(actor);
        }

        var again = journal.Start("a");
        journal.Expect("replayed one", "recovered at 1");
        Persist(again, "two");
        journal.Expect("persisted two");
    }

    [Fact]
    public async Task A_write_that_takes_too_long_is_not_acknowledged_and_recovery_says_what_the_table_says()
    {
        await journal.DisposeAsync();
        journal = await JournalSystem.StartAsync(connection, "akka.persistence.journal.sql.circuit-breaker.call-timeout = 300 ms");
        var actor = journal.Kit.Watch(journal.Start("a"));
        journal.Expect("recovered at 0");
        await using (await LockJournalAsync())
        {
            Persist(actor, "late");
            Assert.StartsWith("failed late 1", journal.Kit.ExpectMsg<string>(), StringComparison.Ordinal);
            journal.Kit.ExpectTerminated(actor);
        }

        // The database may finish what it had begun, or not.
        await Eventually.HoldsAsync(async () => await journal.ScalarAsync<long>(OthersAtWork) == 0);
        var written = await journal.ScalarAsync<long>("SELECT count(*) FROM ingest.journal");
        journal.Start("a");
        journal.Expect([.. written == 1 ? ["replayed late"] : Array.Empty<string>(), $"recovered at {written}"]);
    }

    [Fact]
    public void A_snapshot_is_kept_in_the_servers_table_too()
    {
        var actor = journal.Start("a");
        journal.Expect("recovered at 0");
        Persist(actor, "one", "two");
        journal.Expect("persisted one", "persisted two");
        actor.Tell(new Do(self => self.SaveSnapshot(ScriptedActor.EventOf("state of two"))));
        journal.Expect("saved 2");
        Persist(actor, "three");
        journal.Expect("persisted three");

        journal.Start("a");
        journal.Expect("snapshot state of two of 2", "replayed three", "recovered at 3");
    }

    /// <summary>Akka.Persistence.Sql's default mapping, as its persistence.conf, snapshot.conf and connection factory have it.</summary>
    [Theory]
    [InlineData("journal", "created bigint, deleted boolean, identifier integer, manifest character varying 500, message bytea, ordering bigint, persistence_id character varying 255, sequence_number bigint, writer_uuid character varying 128")]
    [InlineData("tags", "ordering_id bigint, persistence_id character varying 255, sequence_nr bigint, tag character varying 64")]
    [InlineData("snapshot", "created bigint, manifest character varying 500, persistence_id character varying 255, sequence_number bigint, serializer_id integer, snapshot bytea")]
    public async Task The_tables_are_those_of_the_default_mapping(string table, string columns) => Assert.Equal(
        columns,
        await journal.ScalarAsync<string>(
            $"""
            SELECT string_agg(concat_ws(' ', column_name, data_type, character_maximum_length), ', ' ORDER BY column_name)
            FROM information_schema.columns WHERE table_schema = 'ingest' AND table_name = '{table}'
            """));

    private static void Persist(IActorRef actor, params string[] events)
    {
        foreach (var each in events)
        {
            actor.Tell(PersistOf(each));
        }
    }

    private static Do PersistOf(string each) => new(self => self.PersistTexts(each));

    /// <summary>Nothing can be written to the journal until it is disposed.</summary>
    private async Task<NpgsqlConnection> LockJournalAsync()
    {
        var locking = new NpgsqlConnection(connection + ";Pooling=false");
        await locking.OpenAsync();
        await using var command = new NpgsqlCommand("BEGIN; LOCK TABLE ingest.journal IN EXCLUSIVE MODE", locking);
        await command.ExecuteNonQueryAsync();
        return locking;
    }

    private async Task KillBlockedWriteAsync()
    {
        const string Blocked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        await Eventually.HoldsAsync(async () => await journal.ScalarAsync<long>(Blocked) == 1);
        await journal.ScalarAsync<bool>("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
    }

    private sealed class Unspeakable
    {
        public override string ToString() => "unspeakable";
    }
}
