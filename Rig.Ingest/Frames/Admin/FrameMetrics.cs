using Npgsql;
using Prometheus;

namespace Rig.Ingest.Frames;

/// <summary>The figures of still-frame cameras, read again whenever somebody asks for them.</summary>
internal sealed class FrameMetrics
{
    private readonly JobQueue queue;
    private readonly FrameCounters counters;
    private readonly FrameFiles files;
    private readonly Counter stored;
    private readonly Counter storedBytes;
    private readonly Counter duplicates;
    private readonly Counter refused;
    private readonly Counter analysed;
    private readonly Counter failures;
    private readonly Counter events;
    private readonly Gauge jobs;
    private readonly Gauge freeBytes;

    public FrameMetrics(CollectorRegistry registry, JobQueue queue, FrameCounters counters, FrameFiles files)
    {
        (this.queue, this.counters, this.files) = (queue, counters, files);
        var metrics = Metrics.WithCustomRegistry(registry);
        stored = metrics.CreateCounter("rig_frames_stored_total", "Pictures stored since start.");
        storedBytes = metrics.CreateCounter("rig_frames_stored_bytes_total", "Bytes of pictures stored since start.");
        duplicates = metrics.CreateCounter("rig_frames_duplicates_total", "Pictures that were here already.");
        refused = metrics.CreateCounter("rig_frames_refused_total", "Requests of devices refused since start, by HTTP status.", "status");
        analysed = metrics.CreateCounter("rig_frames_analysed_total", "Pictures analysed since start.");
        failures = metrics.CreateCounter("rig_frames_analysis_failures_total", "Attempts to analyse a picture that failed since start.");
        events = metrics.CreateCounter("rig_frames_events_total", "Events found since start.");
        jobs = metrics.CreateGauge("rig_frames_jobs", "Pictures in the queue of all servers, by state.", "status");
        freeBytes = metrics.CreateGauge("rig_frames_free_bytes", "Free bytes where the pictures lie.");
        registry.AddBeforeCollectCallback(ReadAsync);
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        stored.IncTo(counters.Stored);
        storedBytes.IncTo(counters.StoredBytes);
        duplicates.IncTo(counters.Duplicates);
        analysed.IncTo(counters.Analysed);
        failures.IncTo(counters.AnalysisFailures);
        events.IncTo(counters.Events);
        foreach (var (status, count) in counters.Refused)
        {
            refused.WithLabels(status.ToString(System.Globalization.CultureInfo.InvariantCulture)).IncTo(count);
        }

        freeBytes.Set(files.FreeBytes ?? double.NaN);
        try
        {
            foreach (var (status, count) in await queue.DepthAsync(cancellationToken))
            {
                jobs.WithLabels(status).Set(count);
            }
        }
        catch (NpgsqlException)
        {
            // The other figures are true without the database.
        }
    }
}
