using Npgsql;
using Rig.Domain.Identity;

namespace Rig.Ingest.Storage;

/// <summary>
/// Shares takes among the servers that share a database: each take is transferred by one server at a time, and by another one
/// after a lease when that server dies. The database's clock alone decides, so servers need not agree on the time.
/// </summary>
/// <remarks>
/// A lease saves work, not data: two transfers of one take harm nothing, since <see cref="TakeStore.CommitAsync"/> locks its name
/// and compares the bytes. See docs/design/offload.md.
/// </remarks>
public sealed class TakeLeases(NpgsqlDataSource database, TimeProvider time, ILogger<TakeLeases> log) : ITakeLeases
{
    private readonly string server = $"{Environment.MachineName}:{Environment.ProcessId}";

    public async Task<TakeLease?> TryAcquireAsync(TakeId id, TimeSpan duration, CancellationToken cancellationToken)
    {
        var claim = $"{server}/{Guid.NewGuid():N}";
        await using var command = database.CreateCommand(
            """
            INSERT INTO ingest.take_leases (session_id, camera_id, take, claim, lease_until) VALUES ($1, $2, $3, $4, clock_timestamp() + $5)
            ON CONFLICT (session_id, camera_id, take) DO UPDATE SET claim = excluded.claim, lease_until = excluded.lease_until
            WHERE ingest.take_leases.lease_until < clock_timestamp()
            """);
        AddId(command, id);
        command.Parameters.Add(new() { Value = claim });
        command.Parameters.Add(new() { Value = duration });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1 ? new TakeLease(this, id, claim, duration, time) : null;
    }

    public async Task<bool?> TryRenewAsync(TakeLease lease, TimeSpan duration, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand(
                "UPDATE ingest.take_leases SET lease_until = clock_timestamp() + $5 WHERE session_id = $1 AND camera_id = $2 AND take = $3 AND claim = $4");
            AddId(command, lease.Id);
            command.Parameters.Add(new() { Value = lease.Claim });
            command.Parameters.Add(new() { Value = duration });
            return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        }
        catch (NpgsqlException e)
        {
            log.LogWarning("The lease of {Recording} could not be renewed now: {Cause}", lease.Id, e.Message);
            return null;
        }
    }

    public async Task ReleaseAsync(TakeLease lease)
    {
        try
        {
            await using var command = database.CreateCommand(
                "DELETE FROM ingest.take_leases WHERE session_id = $1 AND camera_id = $2 AND take = $3 AND claim = $4");
            AddId(command, lease.Id);
            command.Parameters.Add(new() { Value = lease.Claim });
            await command.ExecuteNonQueryAsync();
        }
        catch (Exception e) when (e is NpgsqlException or ObjectDisposedException)
        {
            log.LogWarning("The lease of {Recording} was not given up ({Cause}); it runs out by itself.", lease.Id, e.Message);
        }
    }

    private static void AddId(NpgsqlCommand command, TakeId id)
    {
        command.Parameters.Add(new() { Value = id.SessionId.Value });
        command.Parameters.Add(new() { Value = id.CameraId.Value });
        command.Parameters.Add(new() { Value = id.Take });
    }
}
