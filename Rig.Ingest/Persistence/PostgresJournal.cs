using System.Collections.Concurrent;
using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;

namespace Rig.Ingest.Persistence;

/// <summary>
/// A journal in PostgreSQL, in the tables of Akka.Persistence.Sql's default mapping (docs/design/persistence.md). What one actor
/// hands over at a time is one statement: all of it is committed, or nothing.
/// </summary>
public sealed class PostgresJournal : AsyncWriteJournal
{
    private const string Insert =
        """
        WITH written AS (
          INSERT INTO ingest.journal (created, deleted, persistence_id, sequence_number, message, manifest, identifier, writer_uuid)
          SELECT $1, false, e.persistence_id, e.sequence_number, e.message, e.manifest, e.identifier, e.writer_uuid
          FROM unnest($2, $3, $4, $5, $6, $7) WITH ORDINALITY AS e (persistence_id, sequence_number, message, manifest, identifier, writer_uuid, place)
          ORDER BY e.place
          RETURNING ordering, persistence_id, sequence_number)
        INSERT INTO ingest.tags (ordering_id, tag, sequence_nr, persistence_id)
        SELECT w.ordering, t.tag, w.sequence_number, w.persistence_id
        FROM written w JOIN unnest($8, $9, $10) AS t (persistence_id, sequence_number, tag) USING (persistence_id, sequence_number)
        """;

    private readonly NpgsqlDataSource database = Context.System.GetExtension<JournalDatabase>().Source;
    private readonly Serialization serialization = Context.System.Serialization;
    private readonly IScheduler clock = Context.System.Scheduler;
    private readonly CancellationTokenSource stopping = new();

    // A restarted actor may ask for its events while its last write is still under way.
    private readonly ConcurrentDictionary<string, Task> writes = new(StringComparer.Ordinal);

    public override async Task<long> ReadHighestSequenceNrAsync(string persistenceId, long fromSequenceNr)
    {
        await LastWriteAsync(persistenceId);
        await using var command = database.CreateCommand("SELECT coalesce(max(sequence_number), 0) FROM ingest.journal WHERE persistence_id = $1");
        command.Parameters.Add(new() { Value = persistenceId });
        return (long)(await command.ExecuteScalarAsync(stopping.Token))!;
    }

    public override async Task ReplayMessagesAsync(
        IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max, Action<IPersistentRepresentation> recoveryCallback)
    {
        await using var command = database.CreateCommand(
            """
            SELECT sequence_number, message, identifier, manifest, writer_uuid, created FROM ingest.journal
            WHERE persistence_id = $1 AND sequence_number BETWEEN $2 AND $3 AND NOT deleted ORDER BY sequence_number LIMIT $4
            """);
        command.Parameters.Add(new() { Value = persistenceId });
        command.Parameters.Add(new() { Value = fromSequenceNr });
        command.Parameters.Add(new() { Value = toSequenceNr });
        command.Parameters.Add(new() { Value = max });
        await using var reader = await command.ExecuteReaderAsync(stopping.Token);
        while (await reader.ReadAsync(stopping.Token))
        {
            var manifest = reader.IsDBNull(3) ? "" : reader.GetString(3);
            recoveryCallback(new Persistent(
                serialization.Deserialize(reader.GetFieldValue<byte[]>(1), reader.GetInt32(2), manifest),
                reader.GetInt64(0),
                persistenceId,
                manifest,
                writerGuid: reader.IsDBNull(4) ? null : reader.GetString(4),
                timestamp: reader.GetInt64(5)));
        }
    }

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    protected override async Task<IImmutableList<Exception?>?> WriteMessagesAsync(IEnumerable<AtomicWrite> messages)
    {
        var atomicWrites = messages.ToList();
        var rejections = new Exception?[atomicWrites.Count];
        var rows = new List<(IPersistentRepresentation Event, StoredEvent Stored)>();
        for (var index = 0; index < atomicWrites.Count; index++)
        {
            var events = (IEnumerable<IPersistentRepresentation>)atomicWrites[index].Payload;
            try
            {
                rows.AddRange([.. events.Select(each => (each, StoredEvent.Of(serialization, each.Payload)))]);
            }
            catch (Exception cause)
            {
                rejections[index] = cause;
            }
        }

        if (rows.Count > 0)
        {
            await WriteAsync(rows);
        }

        return rejections.Any(rejection => rejection is not null) ? [.. rejections] : null;
    }

    protected override async Task DeleteMessagesToAsync(string persistenceId, long toSequenceNr)
    {
        await LastWriteAsync(persistenceId);
        await using var batch = database.CreateBatch();
        foreach (var sql in new[]
        {
            "UPDATE ingest.journal SET deleted = true WHERE persistence_id = $1 AND sequence_number <= $2 AND NOT deleted",
            "DELETE FROM ingest.tags WHERE persistence_id = $1 AND sequence_nr <= $2",
            """
            DELETE FROM ingest.journal WHERE persistence_id = $1 AND sequence_number <= $2
            AND sequence_number < (SELECT max(sequence_number) FROM ingest.journal WHERE persistence_id = $1 AND deleted)
            """,
        })
        {
            batch.BatchCommands.Add(new(sql) { Parameters = { new() { Value = persistenceId }, new() { Value = toSequenceNr } } });
        }

        await batch.ExecuteNonQueryAsync(stopping.Token);
    }

    private async Task WriteAsync(List<(IPersistentRepresentation Event, StoredEvent Stored)> rows)
    {
        var id = rows[0].Event.PersistenceId;
        var inserting = InsertAsync(rows);
        writes[id] = inserting;
        try
        {
            await inserting;
        }
        finally
        {
            writes.TryRemove(new KeyValuePair<string, Task>(id, inserting));
        }
    }

    private async Task InsertAsync(List<(IPersistentRepresentation Event, StoredEvent Stored)> rows)
    {
        var tags = rows.SelectMany(row => row.Stored.Tags.Select(tag => (row.Event.PersistenceId, row.Event.SequenceNr, Tag: tag))).ToList();
        await using var command = database.CreateCommand(Insert);
        command.Parameters.AddRange(new NpgsqlParameter[]
        {
            new() { Value = clock.Now.UtcTicks },
            Texts(rows.Select(row => row.Event.PersistenceId)),
            Numbers(rows.Select(row => row.Event.SequenceNr)),
            new() { Value = rows.Select(row => row.Stored.Message).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            Texts(rows.Select(row => row.Stored.Manifest)),
            new() { Value = rows.Select(row => row.Stored.SerializerId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
            Texts(rows.Select(row => row.Event.WriterGuid)),
            Texts(tags.Select(tag => tag.PersistenceId)),
            Numbers(tags.Select(tag => tag.SequenceNr)),
            Texts(tags.Select(tag => tag.Tag)),
        });
        try
        {
            await command.ExecuteNonQueryAsync(stopping.Token);
        }
        catch (PostgresException taken) when (taken is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "journal_uq" })
        {
            var first = rows[0].Event;
            throw new ConcurrentWriterException(first.PersistenceId, first.SequenceNr, await WriterOfAsync(first), first.WriterGuid, taken);
        }
    }

    private async Task<string?> WriterOfAsync(IPersistentRepresentation wanted)
    {
        await using var command = database.CreateCommand(
            "SELECT writer_uuid FROM ingest.journal WHERE persistence_id = $1 AND sequence_number >= $2 ORDER BY sequence_number LIMIT 1");
        command.Parameters.Add(new() { Value = wanted.PersistenceId });
        command.Parameters.Add(new() { Value = wanted.SequenceNr });
        return await command.ExecuteScalarAsync(stopping.Token) as string;
    }

    private async Task LastWriteAsync(string persistenceId)
    {
        if (writes.TryGetValue(persistenceId, out var last))
        {
            // Its own outcome was told to its actor.
            await last.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private static NpgsqlParameter Texts(IEnumerable<string> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter Numbers(IEnumerable<long> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
}
