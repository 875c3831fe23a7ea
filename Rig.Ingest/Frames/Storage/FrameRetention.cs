using Microsoft.Extensions.Options;
using Npgsql;

namespace Rig.Ingest.Frames;

/// <summary>What one clean-up removed.</summary>
internal sealed record SweepResult(int StagingFiles, int EventImages, int Orphans, int Jobs);

/// <summary>
/// Removes pictures whose time is over. Events, and the rows of pictures, stay. A row loses its file's name before the file is deleted, so
/// that none ever points at nothing; a file that is left without a row is found by the next clean-up.
/// </summary>
internal sealed class FrameRetention(NpgsqlDataSource database, FrameFiles files, UsedSignatures signatures, IOptions<FrameOptions> options, TimeProvider clock, ILogger<FrameRetention> log) : BackgroundService
{
    private const int Batch = 1000;

    /// <summary>A file's row is committed within seconds.</summary>
    private static readonly TimeSpan OrphanAge = TimeSpan.FromHours(1);

    /// <param name="now">What is older than its lifetime at this instant goes; what is exactly as old stays.</param>
    public async Task<SweepResult> SweepAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var staging = await ReleaseAsync(
            """
            WITH old AS (
              SELECT capture_id, storage_uri FROM frames.captures
              WHERE storage_class = 'staging' AND analysis_status <> 'queued' AND received_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
            )
            UPDATE frames.captures c SET storage_uri = NULL, storage_class = 'discarded' FROM old WHERE c.capture_id = old.capture_id RETURNING old.storage_uri
            """,
            now - options.Value.StagingLifetime,
            cancellationToken);
        var images = await ReleaseAsync(
            """
            DELETE FROM frames.event_images WHERE event_image_id IN (SELECT event_image_id FROM frames.event_images WHERE created_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING derived_storage_uri
            """,
            now - options.Value.ImageLifetime,
            cancellationToken);
        var orphans = await RemoveOrphansAsync(now, cancellationToken);
        files.RemoveEmptyFolders(now);
        await signatures.ForgetAsync(now, cancellationToken);
        await using var jobs = database.CreateCommand("DELETE FROM frames.jobs WHERE status = 'done' AND updated_at < $1");
        jobs.Parameters.Add(new() { Value = now - options.Value.StagingLifetime });
        return new SweepResult(staging, images, orphans, await jobs.ExecuteNonQueryAsync(cancellationToken));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RetentionInterval, clock);
        do
        {
            try
            {
                var swept = await SweepAsync(clock.GetUtcNow(), stoppingToken);
                if (swept is not { StagingFiles: 0, EventImages: 0, Orphans: 0 })
                {
                    log.LogInformation("Removed {Staging} pictures, {Images} pictures of events and {Orphans} files without a row", swept.StagingFiles, swept.EventImages, swept.Orphans);
                }
            }
            catch (Exception e) when (e is NpgsqlException or IOException or UnauthorizedAccessException)
            {
                log.LogWarning("Old pictures were not removed: {Cause}", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> ReleaseAsync(string sql, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var count = 0;
        while (true)
        {
            var uris = new List<string>();
            await using (var command = database.CreateCommand(sql))
            {
                command.Parameters.Add(new() { Value = before });
                command.Parameters.Add(new() { Value = Batch });
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    uris.Add(reader.GetString(0));
                }
            }

            uris.ForEach(files.Delete);
            count += uris.Count;
            if (uris.Count < Batch)
            {
                return count;
            }
        }
    }

    private async Task<int> RemoveOrphansAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var removed = 0;
        foreach (var (top, sql) in new[]
        {
            ("staging", "SELECT u FROM unnest($1::text[]) AS u WHERE NOT EXISTS (SELECT 1 FROM frames.captures c WHERE c.capture_id = (regexp_match(u, '([0-9a-f]{32})\\.jpg$'))[1]::uuid AND c.storage_uri = u)"),
            ("events", "SELECT u FROM unnest($1::text[]) AS u WHERE NOT EXISTS (SELECT 1 FROM frames.event_images i WHERE i.event_id = (regexp_match(u, '([0-9a-f]{32})/[a-z]+\\.jpg$'))[1]::uuid AND i.derived_storage_uri = u)"),
        })
        {
            var folder = files.PathOf(top);
            if (!Directory.Exists(folder))
            {
                continue;
            }

            var old = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                .Where(path => new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero) < now - OrphanAge)
                .Select(path => Path.GetRelativePath(files.Root, path));
            foreach (var some in old.Chunk(Batch))
            {
                await using var command = database.CreateCommand(sql);
                command.Parameters.Add(new() { Value = some });
                var orphans = new List<string>();
                await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
                {
                    while (await reader.ReadAsync(cancellationToken))
                    {
                        orphans.Add(reader.GetString(0));
                    }
                }

                orphans.ForEach(files.Delete);
                removed += orphans.Count;
            }
        }

        return removed;
    }
}
