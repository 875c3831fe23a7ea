using Npgsql;

namespace Rig.Ingest.Persistence;

/// <summary>Reads histories beside their actors, for pages that show them.</summary>
public sealed class JournalReader(NpgsqlDataSource database)
{
    /// <returns>The newest events that are there now, in their order, at most <paramref name="limit"/>.</returns>
    public async Task<IReadOnlyList<object>> CurrentEventsAsync(string persistenceId, int limit, Serialization serialization, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT message, identifier, manifest FROM (
              SELECT sequence_number, message, identifier, manifest FROM ingest.journal
              WHERE persistence_id = $1 AND NOT deleted ORDER BY sequence_number DESC LIMIT $2) newest
            ORDER BY sequence_number
            """);
        command.Parameters.Add(new() { Value = persistenceId });
        command.Parameters.Add(new() { Value = limit });
        var events = new List<object>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            events.Add(serialization.Deserialize(reader.GetFieldValue<byte[]>(0), reader.GetInt32(1), reader.IsDBNull(2) ? "" : reader.GetString(2)));
        }

        return events;
    }
}
