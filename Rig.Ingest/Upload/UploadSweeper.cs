using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Ingest.Intake;
using Rig.Ingest.Settings;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Upload;

/// <summary>Deletes uploads that nobody has gone on with for <see cref="ServerOptions.UploadLifetime"/>, with their bytes.</summary>
internal sealed class UploadSweeper(
    UploadStore uploads, UploadTurns turns, SessionLayout layout, IOptions<ServerOptions> options, TimeProvider time, ILogger<UploadSweeper> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    /// <returns>How many were deleted.</returns>
    public async Task<int> SweepAsync(CancellationToken cancellationToken)
    {
        var swept = 0;
        foreach (var id in await uploads.OlderThanAsync(options.Value.UploadLifetime, cancellationToken))
        {
            using var turn = await turns.BeginAsync(id, cancellationToken);
            turn.TakeHash().Hash?.Dispose();
            await uploads.DeleteAsync(id, cancellationToken);
            File.Delete(layout.UnfinishedPath(id));
            swept++;
        }

        return swept + await DeleteOrphansAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (await SweepAsync(stoppingToken) is > 0 and var swept)
                {
                    log.LogInformation("{Count} unfinished uploads had not gone on for {Lifetime} and were deleted", swept, options.Value.UploadLifetime);
                }
            }
            catch (Exception e) when (e is NpgsqlException or IOException or IntakeException)
            {
                log.LogWarning("Old uploads could not be deleted now: {Cause}", e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Files whose upload was never committed, because the server died between the two.</summary>
    private async Task<int> DeleteOrphansAsync(CancellationToken cancellationToken)
    {
        var deleted = 0;
        foreach (var file in new DirectoryInfo(layout.TempPath).EnumerateFiles("unfinished-*.part"))
        {
            if (time.GetUtcNow() - file.LastWriteTimeUtc > options.Value.UploadLifetime
                && UploadId.TryParse(Path.GetFileNameWithoutExtension(file.Name)["unfinished-".Length..], out var id)
                && await uploads.FindAsync(id, cancellationToken) is null)
            {
                file.Delete();
                deleted++;
            }
        }

        return deleted;
    }
}
