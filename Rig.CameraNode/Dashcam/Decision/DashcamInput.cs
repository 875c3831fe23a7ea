using Rig.CameraNode.Dashcam.Usb;

namespace Rig.CameraNode.Dashcam.Decision;

/// <summary>What happened. Completions carry the id of the effect that they complete.</summary>
internal abstract record DashcamInput
{
    /// <param name="PendingFiles">Staged files that are not verified at the host yet.</param>
    internal sealed record Started(int PendingFiles) : DashcamInput;

    internal sealed record Tick : DashcamInput;

    internal sealed record PowerRead(double Percent, bool Mains) : DashcamInput;

    internal sealed record PowerUnreadable : DashcamInput;

    internal sealed record HostChecked(bool Reachable) : DashcamInput;

    internal sealed record StopRequested : DashcamInput;

    /// <param name="RetryAfter">Not carried out yet: the power may change again after this time.</param>
    internal sealed record PortSet(long Id, bool Succeeded, TimeSpan? RetryAfter = null) : DashcamInput;

    /// <param name="Device">Null: none came within the time.</param>
    internal sealed record Detected(long Id, CameraDevice? Device) : DashcamInput;

    /// <summary>The copy works on.</summary>
    internal sealed record CopyProgressed(long Id) : DashcamInput;

    /// <param name="Unmounted">False: the volume may still be mounted.</param>
    /// <param name="More">Files were left because of a limit of the configuration.</param>
    /// <param name="StagingFull">Files were left because the staging folder has no room.</param>
    internal sealed record CopyEnded(long Id, bool Succeeded, bool Unmounted, int PendingFiles, bool More = false, bool StagingFull = false) : DashcamInput;

    internal sealed record UnmountEnded(long Id, bool Succeeded) : DashcamInput;

    internal sealed record UploadEnded(long Id, bool Succeeded, int PendingFiles) : DashcamInput;

    internal sealed record ShutdownEnded(long Id, bool Succeeded) : DashcamInput;

    /// <summary>Whoever worked on it failed in a way that nobody foresaw.</summary>
    internal sealed record Lost(long Id) : DashcamInput;
}

/// <summary>What is to be done.</summary>
internal abstract record DashcamEffect(long Id)
{
    internal sealed record SetPort(long Id, PortMode Mode) : DashcamEffect(Id);

    internal sealed record Detect(long Id) : DashcamEffect(Id);

    /// <summary>Mounts, copies and unmounts.</summary>
    internal sealed record Copy(long Id, CameraDevice Device) : DashcamEffect(Id);

    internal sealed record Unmount(long Id) : DashcamEffect(Id);

    internal sealed record Upload(long Id) : DashcamEffect(Id);

    /// <summary>Ends a detection, a copy or an upload; its completion still comes.</summary>
    internal sealed record Cancel(long Id) : DashcamEffect(Id);

    internal sealed record ShutDown(long Id) : DashcamEffect(Id);

    internal sealed record Exit(bool Succeeded) : DashcamEffect(0);
}
