using Microsoft.Extensions.Options;
using Rig.Actors.Gateway;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.CameraNode.Settings;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Status;

/// <summary>Puts together what <c>/status</c> and the live events say; shapes in docs/ref/node-api.md.</summary>
internal sealed class StatusReader(
    PublishedNode published,
    PublishedRig rig,
    MasterClock clock,
    IOptions<NodeOptions> node,
    IOptionsMonitor<SyncOptions> sync)
{
    private const double Gb = 1e9;

    /// <summary>The coordinator answers every half second; a view older than this means that none is in reach.</summary>
    public static readonly TimeSpan RigViewLifetime = TimeSpan.FromSeconds(5);

    public CameraId CameraId => node.Value.Camera;

    public bool ProductionMode => node.Value.ProductionMode;

    /// <returns>Null until the node's actors run.</returns>
    public object? Node()
    {
        if (published.Current is not { } now)
        {
            return null;
        }

        var (report, status, storage, reading) = (now.Report, now.Camera, now.Storage, now.Sensors);
        var (take, problems) = (report.Take, report.Problems);
        var running = take is null ? null : status.Take;
        return new
        {
            Node = new
            {
                CameraId = CameraId.Value,
                CameraPosition = CameraId.Position,
                Version = NodeVersion.Current,
                node.Value.ProductionMode,
                Timestamp = clock.NodeNow,
                node.Value.BaseUrl,
            },
            Camera = new
            {
                status.Detected,
                status.Model,
                Resolution = $"{status.Width}x{status.Height}",
                status.Fps,
                status.Codec,
                status.BitrateMbps,
                reading.TemperatureC,
                Error = status.Problem,
                status.EncodeFps,
                status.Encoder,
                status.Fallback,
            },
            Recording = new
            {
                IsRecording = report.Phase is NodePhase.Recording or NodePhase.Sealing,
                Phase = report.Phase.ToString().ToLowerInvariant(),
                SessionId = take?.RecordingId.SessionId.Value,
                RecordingId = take?.RecordingId.ToString(),
                running?.FilePath,
                StartTimeLocal = running?.StartedAt,
                StartTimeMaster = take?.FirstFrameMaster,
                DurationSec = running?.DurationSec ?? 0,
                Frames = running?.Frames ?? 0,
                DroppedFrames = running?.DroppedFrames ?? 0,
                SizeBytes = running?.SizeBytes ?? 0,
                Error = report.LastProblem?.Message,
                ErrorAt = report.LastProblem?.At,
            },
            Storage = new
            {
                storage.Path,
                TotalGb = Round(storage.TotalBytes / Gb),
                UsedGb = Round((storage.TotalBytes - storage.FreeBytes) / Gb),
                FreeGb = Round(storage.FreeBytes / Gb),
                FreePercent = storage.TotalBytes > 0 ? Round(100.0 * storage.FreeBytes / storage.TotalBytes) : 0,
                storage.RecordingCount,
                RecordingSizeGb = Round(storage.RecordingBytes / Gb),
                storage.OffloadedCount,
                EstimatedRecordingMinutes = Math.Round(storage.EstimatedRecordingMinutes, 1),
                MinFreeSpaceGb = Round(storage.ReserveBytes / Gb),
                LowSpaceWarning = problems.Any(p => p.Code == ProblemCodes.StorageLow),
                storage.Writable,
                Error = storage.Problem,
            },
            Sync = Sync(now.Sync),
            System = new
            {
                reading.CpuPercent,
                reading.MemoryPercent,
                reading.MemoryAvailableMb,
                DiskPercent = storage.TotalBytes > 0 ? Round(100.0 * (storage.TotalBytes - storage.FreeBytes) / storage.TotalBytes) : 0,
                DiskFreeGb = Round(storage.FreeBytes / Gb),
                reading.TemperatureC,
                Battery = reading.Battery is { } battery ? new { battery.Percent, battery.PowerPlugged } : null,
            },
            Offload = new
            {
                PendingCount = report.Storage.PendingTakes,
                report.Storage.PendingBytes,
                ConfirmedCount = report.Storage.ConfirmedTakes,
            },
            Ready = problems.MayStart(),
            Problems = problems.Select(Of).ToList(),
        };
    }

    /// <param name="newest">As the clock's actor said just now; null for what was published.</param>
    public object Sync(SyncStatus? newest = null)
    {
        var status = newest ?? published.Current?.Sync ?? clock.Status;
        var max = sync.CurrentValue.MaxOffsetMs;
        return new
        {
            status.IsMaster,
            MasterIp = status.IsMaster ? null : status.MasterAddress,
            status.OffsetMs,
            status.UncertaintyMs,
            MaxOffsetMs = max,
            WithinTolerance = status.Confidence != SyncConfidence.Unknown && Math.Abs(status.OffsetMs ?? double.MaxValue) <= max,
            Confidence = status.Confidence.ToString().ToLowerInvariant(),
            status.LastSync,
            status.Source,
            status.DriftPpm,
            status.StepsMs,
            CurrentTime = clock.NodeNow,
            MasterTime = clock.MasterNow,
            Chrony = status.Chrony is { } chrony
                ? new { chrony.Reference, chrony.Stratum, chrony.SystemOffsetMs, chrony.RmsOffsetMs, chrony.Synchronised, chrony.FrequencyPpm, chrony.RootDelayMs, chrony.RootDispersionMs, chrony.ReferenceTime }
                : null,
        };
    }

    /// <summary>The whole rig as this node knows it: the coordinator's view, or this camera alone while no coordinator is in reach.</summary>
    public object Rig()
    {
        var (view, age) = RigView();
        var cameras = view.Cameras;
        var reports = cameras.Where(c => c is { Online: true, Report: not null }).Select(c => c.Report!).ToList();
        return new
        {
            Timestamp = view.MasterTime,
            AgeMs = Math.Round(age?.TotalMilliseconds ?? 0),
            CoordinatorReachable = age is not null,
            Session = view.Session is { } session ? Of(session) : null,
            Summary = new
            {
                CamerasOnline = reports.Count,
                CamerasTotal = cameras.Count,
                AllOnline = reports.Count == cameras.Count,
                AnyRecording = reports.Any(r => r.Phase == NodePhase.Recording),
                AllRecording = reports.Count == cameras.Count && reports.All(r => r.Phase == NodePhase.Recording),
                AllSynced = reports.Count == cameras.Count && reports.All(r => r.Clock.Confidence is SyncConfidence.Excellent or SyncConfidence.Good),
                AllReady = reports.Count == cameras.Count && reports.All(r => r.IsReady),
                TotalStorageFreeGb = Round(reports.Sum(r => r.Storage.FreeBytes) / Gb),

                // The rig records as long as its fullest camera does.
                TotalRecordingMinutes = Math.Round(reports.Count == 0 ? 0 : reports.Min(r => r.Storage.RecordingMinutes), 1),
            },
            view.Disagreements,
            Cameras = cameras.Select(Of).ToList(),
        };
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

    public static object Of(SessionProtocol.SessionView session) => new
    {
        Id = session.SessionId.Value,
        Status = session.Phase.ToString().ToLowerInvariant(),
        StartedAt = session.ScheduledStart,
        session.StoppedAt,
        session.StartSpreadMs,
        Cameras = session.Cameras.Select(c => new
        {
            CameraId = c.CameraId.Value,
            Status = c.Part.ToString().ToLowerInvariant(),
            RecordingId = c.RecordingId?.ToString(),
            FirstFrameMaster = c.FirstFrameMaster,
            FirstFrameOffsetMs = c.FirstFrameMaster is { } first && session.ScheduledStart is { } start ? (first - start).TotalMilliseconds : (double?)null,
            c.Problem,
            Takes = c.Takes.Select(Of).ToList(),
        }).ToList(),
    };

    public static object Of(RecordingProtocol.TakeFinished take) => new
    {
        RecordingId = take.RecordingId.ToString(),
        take.DurationSec,
        take.Frames,
        take.DroppedFrames,
        take.SizeBytes,
        Sha256 = take.Sha256,
        take.EndReason,
    };

    private static object Of(Problem problem) => new
    {
        problem.Code,
        Level = problem.Level == ProblemLevel.Refuse ? "refuse" : "warn",
        problem.Message,
    };

    private static object Of(SessionProtocol.CameraView camera)
    {
        var report = camera.Report;
        var state = StateOf(camera);
        return new
        {
            CameraId = camera.CameraId.Value,
            CameraPosition = camera.CameraId.Position,
            camera.Online,
            Status = state,
            State = state,
            report?.BaseUrl,
            Ready = camera.Online && report?.IsReady == true,
            ReportAgeMs = camera.ReportAgeMs is { } age ? Math.Round(age) : (double?)null,
            Problems = report?.Problems.Select(Of).ToList(),
            Recording = report?.Take is { } take
                ? new
                {
                    IsRecording = camera.Online && report.Phase == NodePhase.Recording,
                    SessionId = take.RecordingId.SessionId.Value,
                    RecordingId = take.RecordingId.ToString(),
                    StartTimeMaster = take.FirstFrameMaster,
                    take.DurationSec,
                    take.Frames,
                    take.DroppedFrames,
                    take.SizeBytes,
                }
                : null,
            OffsetMs = report?.Clock.OffsetMs,
            Confidence = report?.Clock.Confidence.ToString().ToLowerInvariant(),
            IsMaster = report?.Clock.IsMaster,
            RecordingMinutes = report is null ? (double?)null : Math.Round(report.Storage.RecordingMinutes, 1),
            FreeGb = report is null ? (double?)null : Round(report.Storage.FreeBytes / Gb),
            report?.TemperatureC,
            report?.BatteryPercent,
            report?.CameraDetected,
            Offload = report is null ? null : new { PendingCount = report.Storage.PendingTakes, report.Storage.PendingBytes, ConfirmedCount = report.Storage.ConfirmedTakes },
            LastProblem = report?.LastProblem?.Message,
            LastProblemAt = report?.LastProblem?.At,
        };
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
