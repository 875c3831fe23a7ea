using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>
/// The pictures that wait for their analysis, as rows of PostgreSQL. A device's pictures are worked on one after the other, in the order
/// of their numbers; devices are worked on at the same time by any number of servers. Leases are by the database's clock alone.
/// </summary>
internal sealed class JobQueue(NpgsqlDataSource database, IOptions<FrameOptions> options)
{
    private const int MaxErrorLength = 1000;

    /// <returns>Devices with a picture that may be worked on now; those that wait longest first.</returns>
    public async Task<IReadOnlyList<DeviceId>> DevicesWithWorkAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT device_id FROM frames.jobs
            WHERE status IN ('queued', 'running', 'failed') AND run_after <= clock_timestamp() AND (status <> 'running' OR lease_until < clock_timestamp())
            GROUP BY device_id ORDER BY min(run_after) LIMIT $1
            """);
        command.Parameters.Add(new() { Value = limit });
        var devices = new List<DeviceId>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            devices.Add(DeviceId.Parse(reader.GetString(0)));
        }

        return devices;
    }

    /// <summary>Claims the device's first picture. One that is worked on elsewhere, or waits for another attempt, holds up those after it: they are compared with it.</summary>
    /// <returns>Null where there is nothing to do now.</returns>
    public async Task<FrameJob?> ClaimAsync(DeviceId device, CancellationToken cancellationToken)
    {
        var claim = Guid.NewGuid();
        await using var command = database.CreateCommand(
            """
            WITH first AS (
              SELECT job_id FROM frames.jobs
              WHERE job_id = (SELECT job_id FROM frames.jobs WHERE device_id = $1 AND status IN ('queued', 'running', 'failed') ORDER BY device_seq LIMIT 1)
                AND status IN ('queued', 'running', 'failed') AND run_after <= clock_timestamp() AND (status <> 'running' OR lease_until < clock_timestamp())
              FOR UPDATE SKIP LOCKED
            )
            UPDATE frames.jobs j SET status = 'running', attempts = j.attempts + 1, claim = $2, lease_until = clock_timestamp() + $3, updated_at = clock_timestamp()
            FROM first, frames.captures c WHERE j.job_id = first.job_id AND c.capture_id = j.capture_id
            RETURNING j.job_id, j.attempts, j.capture_id, j.device_seq, c.captured_at, c.width, c.height, c.storage_uri
            """);
        command.Parameters.Add(new() { Value = device.Value });
        command.Parameters.Add(new() { Value = claim });
        command.Parameters.Add(new() { Value = options.Value.Lease });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new FrameJob(
                reader.GetInt64(0), claim, reader.GetInt32(1), device, reader.GetGuid(2), reader.GetInt64(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetInt32(5), reader.GetInt32(6),
                reader.IsDBNull(7) ? null : reader.GetString(7))
            : null;
    }

    /// <summary>Ends an attempt that failed: the picture is tried again after a while, or is dead.</summary>
    public async Task FailAsync(FrameJob job, string error, CancellationToken cancellationToken)
    {
        var dead = job.Attempts >= options.Value.MaxAttempts;
        await using var command = database.CreateCommand(
            """
            WITH failed AS (
              UPDATE frames.jobs SET status = $3, claim = NULL, lease_until = NULL, last_error = $4, run_after = clock_timestamp() + $5, updated_at = clock_timestamp()
              WHERE job_id = $1 AND claim = $2 AND status = 'running' RETURNING capture_id
            )
            UPDATE frames.captures c SET analysis_status = CASE WHEN $3 = 'dead' THEN 'failed' ELSE c.analysis_status END, analysis_error = $4
            FROM failed WHERE c.capture_id = failed.capture_id
            """);
        command.Parameters.Add(new() { Value = job.Id });
        command.Parameters.Add(new() { Value = job.Claim });
        command.Parameters.Add(new() { Value = dead ? "dead" : "failed" });
        command.Parameters.Add(new() { Value = error.Length > MaxErrorLength ? error[..MaxErrorLength] : error });
        command.Parameters.Add(new() { Value = options.Value.RetryDelay * Math.Pow(2, Math.Min(job.Attempts - 1, 10)) });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <returns>How many jobs are in each state.</returns>
    public async Task<IReadOnlyDictionary<string, long>> DepthAsync(CancellationToken cancellationToken)
    {
        var depth = new Dictionary<string, long> { ["queued"] = 0, ["running"] = 0, ["done"] = 0, ["failed"] = 0, ["dead"] = 0 };
        await using var command = database.CreateCommand("SELECT status, count(*) FROM frames.jobs GROUP BY status");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            depth[reader.GetString(0)] = reader.GetInt64(1);
        }

        return depth;
    }

    /// <returns>The newest first.</returns>
    public async Task<IReadOnlyList<DeadJob>> DeadAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT job_id, device_id, device_seq, capture_id, attempts, last_error, updated_at FROM frames.jobs WHERE status = 'dead' ORDER BY updated_at DESC, job_id DESC LIMIT $1");
        command.Parameters.Add(new() { Value = limit });
        var jobs = new List<DeadJob>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            jobs.Add(new DeadJob(
                reader.GetInt64(0), reader.GetString(1), reader.GetInt64(2), reader.GetGuid(3), reader.GetInt32(4), reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetFieldValue<DateTimeOffset>(6)));
        }

        return jobs;
    }

    /// <summary>Gives a dead picture all its attempts again.</summary>
    /// <returns>False where there is no such dead job.</returns>
    public async Task<bool> RequeueAsync(long jobId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH again AS (
              UPDATE frames.jobs SET status = 'queued', attempts = 0, run_after = clock_timestamp(), updated_at = clock_timestamp() WHERE job_id = $1 AND status = 'dead' RETURNING capture_id
            )
            UPDATE frames.captures c SET analysis_status = 'queued' FROM again WHERE c.capture_id = again.capture_id
            """);
        command.Parameters.Add(new() { Value = jobId });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
