using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Rig.Ctl.Demo;
using Rig.Ingest.Persistence;
using Rig.Ingest.Storage;

namespace Rig.Bench;

/// <summary>
/// One persistent actor on the PostgreSQL journal beside a loop of plain inserts of the same bytes on one connection: event by event,
/// together, and read again. In turn, in one run; the database is durable.
/// </summary>
internal static class PersistBench
{
    private const string Hocon = """
        akka { loggers = [], stdout-loglevel = OFF, persistence.journal { plugin = "akka.persistence.journal.postgres", postgres.class = "Rig.Ingest.Persistence.PostgresJournal, rig-ingest" } }
        """;

    public static async Task<int> RunAsync(int events, int rounds, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-postgres-").FullName;
        try
        {
            await using var postgres = await PrivatePostgres.StartAsync(folder, durable: true, cancellationToken);
            await postgres.CreateDatabaseAsync("bench", cancellationToken);
            await using var database = NpgsqlDataSource.Create(postgres.ConnectionString("bench"));
            await new SchemaGate(database).UpgradeAsync(cancellationToken);
            using var system = ActorSystem.Create("bench", ConfigurationFactory.ParseString(Hocon));
            JournalDatabase.Give(system, database);
            var rows = new List<(string Name, List<double> Rig, List<double> Plain)> { ("event by event", [], []), ("all at once", [], []), ("read again", [], []) };
            for (var round = 0; round <= rounds; round++)
            {
                var writer = Start(system, $"bench-{round}");
                await AskAsync(writer, new Ready());
                double[] rig = [await AskAsync(writer, new OneByOne(events)), await AskAsync(writer, new Together(events)), await AskAsync(Start(system, $"bench-{round}"), new Ready())];
                double[] plain = [await InsertAsync(database, $"plain-{round}", 0, events, batched: false, cancellationToken), await InsertAsync(database, $"plain-{round}", events, events, batched: true, cancellationToken), await ReadAsync(database, $"plain-{round}", cancellationToken)];
                for (var row = 0; row < rows.Count && round > 0; row++)
                {
                    // The first round warms both up.
                    rows[row].Rig.Add(rig[row]);
                    rows[row].Plain.Add(plain[row]);
                }
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"persist: {events} events, {rounds} rounds, medians of events/s (read again: {2 * events} events)"));
            foreach (var (name, rig, plain) in rows)
            {
                var count = name == "read again" ? 2 * events : events;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-15} actor {count / Median(rig),9:0}   plain SQL {count / Median(plain),9:0}   {Median([.. plain.Zip(rig, (p, r) => p / r)]):0.00} x"));
            }

            await system.Terminate();
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IActorRef Start(ActorSystem system, string id) => system.ActorOf(Props.Create(() => new Writer(id)));

    private static async Task<double> AskAsync(IActorRef writer, object question)
    {
        var clock = Stopwatch.StartNew();
        await writer.Ask<Done>(question, TimeSpan.FromMinutes(5));
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> InsertAsync(NpgsqlDataSource database, string id, int from, int count, bool batched, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var batch = connection.CreateBatch();
        for (var n = from + 1; n <= from + count; n++)
        {
            batch.BatchCommands.Add(new("INSERT INTO ingest.journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid) VALUES (0, false, $1, $2, $3, '', 0, '')")
            {
                Parameters = { new() { Value = id }, new() { Value = (long)n }, new() { Value = "an event of the match"u8.ToArray() } },
            });
            if (!batched || n == from + count)
            {
                await batch.ExecuteNonQueryAsync(cancellationToken);
                batch.BatchCommands.Clear();
            }
        }

        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> ReadAsync(NpgsqlDataSource database, string id, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await using var command = database.CreateCommand("SELECT message FROM ingest.journal WHERE persistence_id = $1 ORDER BY sequence_number");
        command.Parameters.Add(new() { Value = id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            _ = reader.GetFieldValue<byte[]>(0);
        }

        return clock.Elapsed.TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed record Ready;

    private sealed record OneByOne(int Events);

    private sealed record Together(int Events);

    private sealed class Writer : ReceivePersistentActor
    {
        public Writer(string id)
        {
            PersistenceId = id;
            Recover<string>(_ => { });
            Command<Ready>(_ => Sender.Tell(Done.Instance));
            Command<OneByOne>(message => Next(message.Events));
            Command<Together>(message =>
            {
                PersistAll(Enumerable.Repeat("an event of the match", message.Events), _ => { });
                DeferAsync(Done.Instance, done => Sender.Tell(done));
            });
        }

        public override string PersistenceId { get; }

        private void Next(int left) => Persist("an event of the match", _ =>
        {
            if (left > 1)
            {
                Next(left - 1);
            }
            else
            {
                Sender.Tell(Done.Instance);
            }
        });
    }
}
