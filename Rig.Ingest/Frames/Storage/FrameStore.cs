using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Rig.Ingest.Frames;

/// <summary>
/// Stores pictures: nothing is written for a number that is taken, and whoever is told that a picture is stored has its file durable on
/// disk and its row committed. Pictures that come at the same time share one sync and one transaction.
/// </summary>
internal sealed class FrameStore(CaptureTable captures, FrameFiles files, FrameNotices notices, FrameCounters counters, IOptions<FrameOptions> options, ILogger<FrameStore> log) : BackgroundService
{
    private const int MaxBatch = 128;
    private const int MaxWaiting = 4096;

    private readonly Channel<Waiting> queue = Channel.CreateBounded<Waiting>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <exception cref="FrameRefusal">503 or 507: nothing is stored, or nobody knows whether it is; the same picture may be sent again.</exception>
    public async Task<CaptureOutcome> StoreAsync(NewCapture capture, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(capture);
        if (!queue.Writer.TryWrite(waiting))
        {
            throw new FrameRefusal(503, "server busy");
        }

        return await waiting.Done.Task.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var batch = new List<Waiting>(MaxBatch);
        while (await queue.Reader.WaitToReadAsync(stoppingToken))
        {
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out var next))
            {
                batch.Add(next);
            }

            await StoreBatchAsync(batch, stoppingToken);
            batch.Clear();
        }
    }

    private async Task StoreBatchAsync(List<Waiting> batch, CancellationToken cancellationToken)
    {
        try
        {
            var taken = await captures.FindAsync([.. batch.Select(one => one.Number)], cancellationToken);
            var fresh = new List<Waiting>();
            foreach (var one in batch)
            {
                if (taken.TryGetValue(one.Number, out var sha256))
                {
                    one.Done.TrySetResult(new CaptureOutcome(sha256));
                }
                else if (fresh.Find(other => other.Number == one.Number) is { } first)
                {
                    first.Twins.Add(one);
                }
                else
                {
                    fresh.Add(one);
                }
            }

            if (Write(fresh) is { Count: > 0 } written)
            {
                await CommitAsync(written, cancellationToken);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (e is not (NpgsqlException or IOException))
            {
                log.LogError(e, "Pictures could not be stored");
            }

            // A file may be left whose row was not committed, or whose commit was not heard of: only the clean-up can tell them apart.
            Fail(batch, new FrameRefusal(503, e is NpgsqlException ? "database unavailable" : "server failed"));
        }
        finally
        {
            Fail(batch, new FrameRefusal(503, "server stopping"));
        }
    }

    /// <returns>Those whose files are durable.</returns>
    private List<Waiting> Write(List<Waiting> fresh)
    {
        var written = new List<Waiting>();
        foreach (var one in fresh)
        {
            try
            {
                if (!files.HasRoomFor(one.Capture.Jpeg.Length))
                {
                    throw new IOException("Less is free than is to stay free.");
                }

                files.Write(one.Capture.StorageUri, one.Capture.Jpeg.Span);
                written.Add(one);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.LogWarning("A picture of {Device} was not written: {Cause}", one.Capture.Device, e.Message);
                Fail([one], new FrameRefusal(507, "storage full"));
            }
        }

        if (written.Count == 0)
        {
            return written;
        }

        try
        {
            FileSync.SyncFileSystem(files.Root);
            return written;
        }
        catch (IOException e)
        {
            log.LogError("Pictures were not synced: {Cause}", e.Message);
            DeleteFiles(written);
            Fail(written, new FrameRefusal(507, "storage full"));
            return [];
        }
    }

    private async Task CommitAsync(List<Waiting> written, CancellationToken cancellationToken)
    {
        var inserted = await captures.InsertAsync([.. written.Select(one => one.Capture)], options.Value.ReorderWindow, cancellationToken);
        var late = written.Where(one => !inserted.Contains(one.Capture.Id)).ToList();
        var taken = late.Count == 0 ? [] : await captures.FindAsync([.. late.Select(one => one.Number)], cancellationToken);
        DeleteFiles(late);
        foreach (var one in written)
        {
            var stored = inserted.Contains(one.Capture.Id);
            var sha256 = stored ? one.Capture.Sha256 : taken.GetValueOrDefault(one.Number, "");
            one.Done.TrySetResult(stored ? CaptureOutcome.Stored : new CaptureOutcome(sha256));
            one.Twins.ForEach(twin => twin.Done.TrySetResult(new CaptureOutcome(sha256)));
        }

        counters.CountStored(inserted.Count, written.Where(one => inserted.Contains(one.Capture.Id)).Sum(one => (long)one.Capture.Jpeg.Length));
        notices.Tell(written.Where(one => inserted.Contains(one.Capture.Id)).Select(one => one.Capture.Device).Distinct());
    }

    private void DeleteFiles(List<Waiting> them)
    {
        foreach (var one in them)
        {
            try
            {
                files.Delete(one.Capture.StorageUri);
            }
            catch (IOException e)
            {
                log.LogWarning("{File} was not deleted; the clean-up will: {Cause}", one.Capture.StorageUri, e.Message);
            }
        }
    }

    /// <summary>Those that have no answer yet.</summary>
    private static void Fail(IEnumerable<Waiting> them, FrameRefusal refusal)
    {
        foreach (var one in them)
        {
            one.Done.TrySetException(refusal);
            one.Twins.ForEach(twin => twin.Done.TrySetException(refusal));
        }
    }

    private sealed class Waiting(NewCapture capture)
    {
        public NewCapture Capture => capture;

        public (string, long) Number => (capture.Device.Value, capture.Meta.Seq);

        /// <summary>Those in the same batch that claim the same number.</summary>
        public List<Waiting> Twins { get; } = [];

        public TaskCompletionSource<CaptureOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
