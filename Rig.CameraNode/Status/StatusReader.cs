using Microsoft.Extensions.Options;
using Rig.Actors.Gateway;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.CameraNode.Settings;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Status;

/// <summary>Puts together what <c>/status</c> and the live events say; shapes in docs/ref/node-api.md.</summary>
internal sealed class StatusReader(
    PublishedNode published,
    PublishedRig rig,
    MasterClock clock,
    IOptions<NodeOptions> node,
    IOptionsMonitor<SyncOptions> sync,
    RigTrust trust)
{
    private const double Gb = 1e9;

    /// <summary>The coordinator answers every half second; a view older than this means that none is in reach.</summary>
    public static readonly TimeSpan RigViewLifetime = TimeSpan.FromSeconds(5);

    public CameraId CameraId => node.Value.Camera;

    public bool ProductionMode => node.Value.ProductionMode;

    /// <returns>Null until the node's actors run.</returns>
    public NodeStatus? Node()
    {
        if (published.Current is not { } now)
        {
            return null;
        }

        var (report, status, storage, reading) = (now.Report, now.Camera, now.Storage, now.Sensors);
        var (take, problems) = (report.Take, report.Problems);
        var running = take is null ? null : status.Take;
        var usedBytes = storage.TotalBytes - storage.FreeBytes;
        return new NodeStatus(
            new NodeIdentityStatus(CameraId.Value, CameraId.Position, NodeVersion.Current, node.Value.ProductionMode, clock.NodeNow, node.Value.BaseUrl(trust.Options)),
            new CameraStatusView(
                status.Detected, status.Model, $"{status.Width}x{status.Height}", status.Fps, status.Codec, status.BitrateMbps,
                reading.TemperatureC, status.Problem, status.EncodeFps, status.Encoder, status.Fallback),
            new RecordingStatus(
                report.Phase is NodePhase.Recording or NodePhase.Sealing,
                report.Phase.ToString().ToLowerInvariant(),
                take?.TakeId.SessionId.Value,
                take?.TakeId.ToString(),
                running?.FilePath,
                running?.StartedAt,
                take?.FirstFrameMaster,
                running?.DurationSec ?? 0,
                running?.Frames ?? 0,
                running?.DroppedFrames ?? 0,
                running?.SizeBytes ?? 0,
                report.LastProblem?.Message,
                report.LastProblem?.At),
            new StorageStatusView(
                storage.Path,
                Round(storage.TotalBytes / Gb),
                Round(usedBytes / Gb),
                Round(storage.FreeBytes / Gb),
                storage.TotalBytes > 0 ? Round(100.0 * storage.FreeBytes / storage.TotalBytes) : 0,
                storage.RecordingCount,
                Round(storage.RecordingBytes / Gb),
                storage.OffloadedCount,
                Math.Round(storage.EstimatedRecordingMinutes, 1),
                Round(storage.ReserveBytes / Gb),
                problems.Any(p => p.Code == ProblemCodes.StorageLow),
                storage.Writable,
                storage.Problem),
            Sync(now.Sync),
            new MachineStatus(
                reading.CpuPercent,
                reading.MemoryPercent,
                reading.MemoryAvailableMb,
                storage.TotalBytes > 0 ? Round(100.0 * usedBytes / storage.TotalBytes) : 0,
                Round(storage.FreeBytes / Gb),
                reading.TemperatureC,
                reading.Battery is { } battery ? new BatteryStatus(battery.Percent, battery.PowerPlugged) : null),
            CountsOf(report.Storage),
            problems.MayStart(),
            [.. problems.Select(ProblemView.Of)],
            Trust());
    }

    public TrustStatus Trust()
    {
        var enrolled = trust.Current;
        var insecure = new List<string>();
        if (trust.AllowsPlain)
        {
            insecure.Add("Machines without a certificate are believed (Rig:Trust:AllowPlainMachines): whoever is in the network can pass for a camera or the home server.");
        }

        var plain = node.Value.ServesPlain(trust.Options);
        if (plain)
        {
            insecure.Add($"Pages come over plain HTTP to whoever asks so ({(node.Value.PlainHttp ? "Rig:Node:PlainHttp" : "Rig:Trust:AllowPlainMachines")}): whoever is in the network can read along.");
        }

        return new TrustStatus(
            enrolled is not null,
            enrolled is null ? null : new DateTimeOffset(enrolled.Machine.NotAfter.ToUniversalTime(), TimeSpan.Zero),
            enrolled is null ? null : node.Value.MachineUrl(trust.Options),
            !plain,
            insecure);
    }

    /// <param name="newest">As the clock's actor said just now; null for what was published.</param>
    public ClockStatus Sync(SyncStatus? newest = null)
    {
        var status = newest ?? published.Current?.Sync ?? clock.Status;
        var max = sync.CurrentValue.MaxOffsetMs;
        return new ClockStatus(
            status.IsMaster,
            status.IsMaster ? null : status.MasterAddress,
            status.OffsetMs,
            status.UncertaintyMs,
            max,
            status.Confidence != SyncConfidence.Unknown && Math.Abs(status.OffsetMs ?? double.MaxValue) <= max,
            status.Confidence.ToString().ToLowerInvariant(),
            status.LastSync,
            status.Source,
            status.DriftPpm,
            status.StepsMs,
            clock.NodeNow,
            clock.MasterNow,
            status.Chrony is { } c
                ? new ChronyStatus(c.Reference, c.Stratum, c.SystemOffsetMs, c.RmsOffsetMs, c.Synchronised, c.FrequencyPpm, c.RootDelayMs, c.RootDispersionMs, c.ReferenceTime)
                : null);
    }

    /// <summary>The whole rig as this node knows it: the coordinator's view, or this camera alone while no coordinator is in reach.</summary>
    public RigStatus Rig()
    {
        var (view, age) = RigView();
        var cameras = view.Cameras;
        var reports = cameras.Where(c => c is { Online: true, Report: not null }).Select(c => c.Report!).ToList();
        var all = reports.Count == cameras.Count;
        return new RigStatus(
            view.MasterTime,
            Math.Round(age?.TotalMilliseconds ?? 0),
            age is not null,
            view.Session is { } session ? Of(session) : null,
            new RigSummary(
                reports.Count,
                cameras.Count,
                all,
                reports.Any(r => r.Phase == NodePhase.Recording),
                all && reports.All(r => r.Phase == NodePhase.Recording),
                all && reports.All(r => r.Clock.Confidence is SyncConfidence.Excellent or SyncConfidence.Good),
                all && reports.All(r => r.IsReady),
                Round(reports.Sum(r => r.Storage.FreeBytes) / Gb),

                // The rig records as long as its fullest camera does.
                Math.Round(reports.Count == 0 ? 0 : reports.Min(r => r.Storage.RecordingMinutes), 1)),
            view.Disagreements,
            [.. cameras.Select(Of)]);
    }

    /// <summary>The age is null when no coordinator is in reach and the view is this node's own.</summary>
    public (SessionProtocol.RigView View, TimeSpan? Age) RigView()
    {
        if (rig.Current is { } seen && seen.Age < RigViewLifetime)
        {
            return (seen.View, seen.Age);
        }

        var own = new SessionProtocol.CameraView(CameraId, true, published.Current?.Report, 0);
        var others = node.Value.Expected.Where(c => c != CameraId).Select(c => new SessionProtocol.CameraView(c, false, null, null));
        return (
            new SessionProtocol.RigView(
                clock.MasterNow, null,
                [.. others.Append(own).OrderBy(c => Array.IndexOf([.. node.Value.Expected], c.CameraId))],
                node.Value.Expected.Count > 1 ? ["This camera cannot reach the others. It can record by itself."] : []),
            null);
    }

    public static SessionStatus Of(SessionProtocol.SessionView session) => new(
        session.SessionId.Value,
        session.Phase.ToString().ToLowerInvariant(),
        session.ScheduledStart,
        session.StoppedAt,
        session.StartSpreadMs,
        [
            .. session.Cameras.Select(c => new SessionCameraStatus(
                c.CameraId.Value,
                c.Part.ToString().ToLowerInvariant(),
                c.TakeId?.ToString(),
                c.FirstFrameMaster,
                c.FirstFrameMaster is { } first && session.ScheduledStart is { } start ? (first - start).TotalMilliseconds : null,
                c.Problem,
                [.. c.Takes.Select(Of)])),
        ]);

    private static TakeResult Of(RecordingProtocol.TakeFinished take) => new(
        take.TakeId.ToString(), take.DurationSec, take.Frames, take.DroppedFrames, take.SizeBytes, take.Sha256, take.EndReason);

    private static UploadCounts CountsOf(NodeStorageReport storage) => new(storage.PendingTakes, storage.PendingBytes, storage.ConfirmedTakes);

    private static RigCamera Of(SessionProtocol.CameraView camera)
    {
        var report = camera.Report;
        var state = StateOf(camera);
        return new RigCamera(
            camera.CameraId.Value,
            camera.CameraId.Position,
            camera.Online,
            state,
            state,
            report?.BaseUrl,
            camera.Online && report?.IsReady == true,
            camera.ReportAgeMs is { } age ? Math.Round(age) : null,
            report is null ? null : [.. report.Problems.Select(ProblemView.Of)],
            report?.Take is { } take
                ? new RigTake(
                    camera.Online && report.Phase == NodePhase.Recording, take.TakeId.SessionId.Value, take.TakeId.ToString(), take.FirstFrameMaster,
                    take.DurationSec, take.Frames, take.DroppedFrames, take.SizeBytes)
                : null,
            report?.Clock.OffsetMs,
            report?.Clock.Confidence.ToString().ToLowerInvariant(),
            report?.Clock.IsMaster,
            report is null ? null : Math.Round(report.Storage.RecordingMinutes, 1),
            report is null ? null : Round(report.Storage.FreeBytes / Gb),
            report?.TemperatureC,
            report?.BatteryPercent,
            report?.CameraDetected,
            report is null ? null : CountsOf(report.Storage),
            report?.LastProblem?.Message,
            report?.LastProblem?.At);
    }

    /// <summary><c>unknown</c>, <c>offline</c>, <c>online</c>, <c>starting</c>, <c>recording</c>, <c>stopping</c> or <c>error</c>.</summary>
    internal static string StateOf(SessionProtocol.CameraView camera) => camera switch
    {
        { Report: null } => "unknown",
        { Online: false } => "offline",
        { Report.Phase: NodePhase.Recording } => "recording",
        { Report.Phase: NodePhase.Arming } => "starting",
        { Report.Phase: NodePhase.Sealing } => "stopping",
        _ => camera.Report.IsReady ? "online" : "error",
    };

    private static double Round(double value) => Math.Round(value, 2);
}
