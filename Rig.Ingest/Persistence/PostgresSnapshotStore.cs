using Npgsql;

namespace Rig.Ingest.Persistence;

/// <summary>Snapshots in PostgreSQL, in the table of Akka.Persistence.Sql's default mapping (docs/design/persistence.md).</summary>
public sealed class PostgresSnapshotStore : SnapshotStore
{
    private const string Matching =
        " WHERE persistence_id = $1 AND sequence_number BETWEEN $2 AND $3 AND created BETWEEN $4 AND $5";

    private readonly NpgsqlDataSource database = Context.System.GetExtension<JournalDatabase>().Source;
    private readonly Serialization serialization = Context.System.Serialization;
    private readonly CancellationTokenSource stopping = new();

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
    }

    protected override async Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria)
    {
        await using var command = database.CreateCommand(
            "SELECT sequence_number, created, snapshot, serializer_id, manifest FROM ingest.snapshot" + Matching + " ORDER BY sequence_number DESC LIMIT 1");
        command.Parameters.AddRange(Bounds(persistenceId, criteria));
        await using var reader = await command.ExecuteReaderAsync(stopping.Token);
        if (!await reader.ReadAsync(stopping.Token))
        {
            return null;
        }

        var metadata = new SnapshotMetadata(persistenceId, reader.GetInt64(0), new DateTime(reader.GetInt64(1), DateTimeKind.Utc));
        return new SelectedSnapshot(
            metadata, serialization.Deserialize(reader.GetFieldValue<byte[]>(2), reader.GetInt32(3), reader.IsDBNull(4) ? "" : reader.GetString(4)));
    }

    protected override async Task SaveAsync(SnapshotMetadata metadata, object snapshot)
    {
        var stored = StoredEvent.Of(serialization, snapshot);
        await using var command = database.CreateCommand(
            """
            INSERT INTO ingest.snapshot (persistence_id, sequence_number, created, snapshot, manifest, serializer_id) VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (persistence_id, sequence_number) DO UPDATE
            SET created = excluded.created, snapshot = excluded.snapshot, manifest = excluded.manifest, serializer_id = excluded.serializer_id
            """);
        command.Parameters.Add(new() { Value = metadata.PersistenceId });
        command.Parameters.Add(new() { Value = metadata.SequenceNr });
        command.Parameters.Add(new() { Value = metadata.Timestamp.Ticks });
        command.Parameters.Add(new() { Value = stored.Message });
        command.Parameters.Add(new() { Value = stored.Manifest });
        command.Parameters.Add(new() { Value = stored.SerializerId });
        await command.ExecuteNonQueryAsync(stopping.Token);
    }

    protected override Task DeleteAsync(SnapshotMetadata metadata) => metadata.Timestamp == DateTime.MinValue
        ? DeleteAsync(metadata.PersistenceId, metadata.SequenceNr, metadata.SequenceNr, DateTime.MinValue, DateTime.MaxValue)
        : DeleteAsync(metadata.PersistenceId, metadata.SequenceNr, metadata.SequenceNr, metadata.Timestamp, metadata.Timestamp);

    protected override Task DeleteAsync(string persistenceId, SnapshotSelectionCriteria criteria) => DeleteAsync(
        persistenceId, criteria.MinSequenceNr, criteria.MaxSequenceNr, criteria.MinTimestamp ?? DateTime.MinValue, criteria.MaxTimeStamp);

    private static NpgsqlParameter[] Bounds(string persistenceId, SnapshotSelectionCriteria criteria) => Bounds(
        persistenceId, criteria.MinSequenceNr, criteria.MaxSequenceNr, criteria.MinTimestamp ?? DateTime.MinValue, criteria.MaxTimeStamp);

    private static NpgsqlParameter[] Bounds(string persistenceId, long least, long most, DateTime earliest, DateTime latest) =>
        [new() { Value = persistenceId }, new() { Value = least }, new() { Value = most }, new() { Value = earliest.Ticks }, new() { Value = latest.Ticks }];

    private async Task DeleteAsync(string persistenceId, long least, long most, DateTime earliest, DateTime latest)
    {
        await using var command = database.CreateCommand("DELETE FROM ingest.snapshot" + Matching);
        command.Parameters.AddRange(Bounds(persistenceId, least, most, earliest, latest));
        await command.ExecuteNonQueryAsync(stopping.Token);
    }
}
