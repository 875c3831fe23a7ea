using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>Takes a device's next picture through its analysis: claim, compare, decide, keep the event's pictures, commit.</summary>
internal sealed class FrameAnalysis(
    JobQueue queue, AnalysisTable table, SettingTable settings, FrameFiles files, EventPictures pictures, IPresenceDetector presence, FrameCounters counters, IOptions<FrameOptions> options, ILogger<FrameAnalysis> log)
    : IDisposable
{
    private readonly SemaphoreSlim turns = new(Math.Max(1, options.Value.Workers));

    /// <returns>False where the device has nothing to do now.</returns>
    /// <exception cref="NpgsqlException">The database is away; the job's lease runs out by itself.</exception>
    public async Task<bool> AnalyseNextAsync(DeviceId device, CancellationToken cancellationToken)
    {
        await turns.WaitAsync(cancellationToken);
        try
        {
            if (await queue.ClaimAsync(device, cancellationToken) is not { } job)
            {
                return false;
            }

            try
            {
                await AnalyseAsync(job, cancellationToken);
            }
            catch (Exception e) when (e is not (NpgsqlException or OperationCanceledException) || e is PostgresException)
            {
                counters.CountAnalysisFailure();
                log.LogWarning("Picture {Seq} of {Device} was not analysed (attempt {Attempt}): {Cause}", job.Seq, device, job.Attempts, e.Message);
                await queue.FailAsync(job, e.Message, cancellationToken);
            }

            return true;
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose() => turns.Dispose();

    private async Task AnalyseAsync(FrameJob job, CancellationToken cancellationToken)
    {
        var jpeg = job.StorageUri is { } uri ? await files.ReadAsync(uri, cancellationToken) : null;
        if (jpeg is null)
        {
            throw new InvalidDataException("The picture's file is gone.");
        }

        var setting = await settings.ReadAsync(job.Device, cancellationToken);
        var memory = await table.ReadAsync(job.Device, cancellationToken);
        var (next, decision, score) = Compare(job, jpeg, memory, setting);
        var people = decision.Effects.Any(effect => effect is EventBegan { Type: FrameEventType.Interaction }) ? await presence.CountAsync(jpeg, cancellationToken) : null;
        var images = await pictures.StoreAsync(job.Device, decision.Effects, setting, cancellationToken);
        if (await table.CommitAsync(job, new FrameResult(next, decision, images, score, people, setting), cancellationToken))
        {
            counters.CountAnalysed(decision.Effects.OfType<EventBegan>().Count());
        }
        else
        {
            log.LogWarning("Picture {Seq} of {Device} took longer than its lease; another worker has it.", job.Seq, job.Device);
        }
    }

    private static (DeviceMemory Next, DeltaDecision Decision, double Score) Compare(FrameJob job, byte[] jpeg, DeviceMemory memory, DeviceSetting setting) =>
        DeltaAnalysis.Next(memory, new FrameToCompare(job.Capture, job.Seq, job.CapturedAt, LuminanceGrid.Decode(jpeg, job.Width)), setting);
}
