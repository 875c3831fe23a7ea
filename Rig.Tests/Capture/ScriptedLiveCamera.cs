using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.Domain.Recordings;
using Rig.Tests.Support;

namespace Rig.Tests.Capture;

/// <summary>
/// A live camera whose pictures and faults a test scripts. It keeps its own time: a picture each period from its opening on, whether
/// or not anybody takes it, and each opening is counted.
/// </summary>
internal sealed class ScriptedLiveCamera(ScriptedLiveCamera.Script script) : ILiveSource, ILentPicture
{
    internal const int Width = 64;
    internal const int Height = 64;
    internal const int PerSecond = 50;
    private readonly long openedNs = MonotonicClock.NowNs;
    private long sequence = -1;

    public string Model => "Scripted camera";

    public PictureLayout Layout { get; } = new(Width, Height, PixelFormats.Yu12, Width, Width * Height * 3 / 2);

    public int Fps => PerSecond;

    public long FrameDurationNs => 1_000_000_000 / PerSecond;

    public ManifestLens? Lens => null;

    public LivePicture? TryTake(TimeSpan timeout)
    {
        var at = script.Taken++;
        if ((script.Faults.Remove(at, out var fault) ? fault : script.FaultNow()) is { } cause)
        {
            if (cause == DropCause.CameraStalled)
            {
                script.Silent = true;
            }
            else
            {
                throw new CameraFaultException(cause, "Scripted fault.");
            }
        }

        if (script.Silent)
        {
            RealTime.Block(timeout);
            return null;
        }

        sequence += script.Lost.Contains(at) ? 3 : 1;
        var dueNs = openedNs + (sequence * FrameDurationNs);
        Posix.SleepUntil(dueNs);
        script.Lent++;
        return new LivePicture(sequence, dueNs, -1, 0, null, this, 0);
    }

    public void Copy(int index, Yuv420Frame frame) => frame.Data.AsSpan().Fill(100);

    public void Release(int index) => script.Lent--;

    public void Dispose() => script.Closed++;

    /// <summary>Shared by all openings of one camera; counts are of calls of TryTake.</summary>
    internal sealed class Script
    {
        /// <summary>At this call the camera fails for this cause.</summary>
        internal Dictionary<long, string> Faults { get; } = [];

        /// <summary>Before the picture of this call the driver loses two.</summary>
        internal HashSet<long> Lost { get; } = [];

        /// <summary>Asked at each call: the cause for which the camera fails at this one.</summary>
        internal Func<string?> FaultNow { get; init; } = () => null;

        /// <summary>While it says so, no opening succeeds.</summary>
        internal Func<bool> Absent { get; init; } = () => false;

        /// <summary>So many openings fail before one succeeds again.</summary>
        internal int OpeningsToFail { get; set; }

        internal bool Silent { get; set; }

        internal long Taken { get; set; }

        internal int Lent { get; set; }

        internal int Opened { get; private set; }

        internal int Closed { get; set; }

        internal ScriptedLiveCamera Open()
        {
            if (Absent() || (Opened > 0 && OpeningsToFail-- > 0))
            {
                throw new CameraFaultException(DropCause.CameraGone, "Scripted absence.");
            }

            Opened++;
            Silent = false;
            return new ScriptedLiveCamera(this);
        }
    }
}
