using Rig.CameraNode.Dashcam.Usb;

namespace Rig.CameraNode.Dashcam.Decision;

internal enum TaskKind
{
    SetPort,
    Detect,
    Copy,
    Unmount,
    ShutDown,
    Upload,
}

/// <summary>Something that runs and will be completed.</summary>
/// <param name="Deadline">Given up as lost then; null where the work itself ends.</param>
/// <param name="Target">Of a <see cref="TaskKind.SetPort"/>.</param>
internal sealed record RunningTask(long Id, TaskKind Kind, TimeSpan? Deadline, PortMode Target = PortMode.Unknown, bool Cancelled = false);

/// <summary>What the machine is heading for.</summary>
internal enum DashcamGoal
{
    /// <summary>Before the first reading: the camera is off.</summary>
    Begin,
    Record,
    Transfer,

    /// <summary>After a copy, until the next is due.</summary>
    Rest,

    /// <summary>The battery is below the disconnect threshold.</summary>
    Disconnect,

    /// <summary>The battery cannot be read.</summary>
    Safe,

    /// <summary>The battery is below the shutdown threshold.</summary>
    ShutDown,
    Stop,
}

/// <summary>All that the decision remembers. Times are of a clock that only goes forward.</summary>
internal sealed record DashcamState
{
    public long NextId { get; init; } = 1;

    public bool Started { get; init; }

    public PortMode Port { get; init; }

    /// <summary>Port, device and volume: one thing at a time.</summary>
    public RunningTask? Main { get; init; }

    public RunningTask? Upload { get; init; }

    /// <summary>Detected, and not copied yet.</summary>
    public CameraDevice? Found { get; init; }

    /// <summary>True at the start: an instance that was killed may have left it so.</summary>
    public bool MayBeMounted { get; init; } = true;

    public bool PowerKnown { get; init; }

    public bool PowerReadable { get; init; }

    public double Percent { get; init; }

    public bool Mains { get; init; }

    public bool BelowDisconnect { get; init; }

    public bool BelowShutdown { get; init; }

    public bool HostKnown { get; init; }

    public bool HostReachable { get; init; }

    /// <summary>Checks in a row that failed.</summary>
    public int HostMisses { get; init; }

    /// <summary>The camera may hold footage that is not staged.</summary>
    public bool RecordedSinceCopy { get; init; } = true;

    public bool WaitsForSpace { get; init; }

    public int PendingFiles { get; init; }

    public int CopyFailures { get; init; }

    public int UploadFailures { get; init; }

    public int PortFailures { get; init; }

    public int UnmountFailures { get; init; }

    public TimeSpan LastCopyEnd { get; init; } = TimeSpan.MinValue;

    public TimeSpan NextCopyAt { get; init; } = TimeSpan.MinValue;

    public TimeSpan NextUploadAt { get; init; } = TimeSpan.MinValue;

    public TimeSpan NextPortAt { get; init; } = TimeSpan.MinValue;

    public TimeSpan NextUnmountAt { get; init; } = TimeSpan.MinValue;

    public TimeSpan NextShutDownAt { get; init; } = TimeSpan.MinValue;

    public bool Stopping { get; init; }

    /// <summary>A final port order was tried: what comes after it waits no longer for the port.</summary>
    public bool FinalPortTried { get; init; }

    public bool ShutDownOrdered { get; init; }

    public bool Ended { get; init; }
}
