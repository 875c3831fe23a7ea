using Rig.CameraNode.Dashcam.Copy;
using Rig.CameraNode.Dashcam.Decision;
using Rig.CameraNode.Dashcam.Mounts;
using Rig.CameraNode.Dashcam.Power;
using Rig.CameraNode.Dashcam.Running;
using Rig.CameraNode.Dashcam.Upload;
using Rig.CameraNode.Dashcam.Usb;
using Rig.Tests.Support;

namespace Rig.Tests.Dashcam;

/// <summary>The actors over ports that the test holds in its hand.</summary>
public sealed class DashcamActorTests : PatientTestKit
{
    private readonly Ports ports = new();
    private readonly TaskCompletionSource<bool> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_round_goes_through_all_five_actors()
    {
        Start();
        await Eventually.HoldsAsync(() => ports.Did.Contains("upload"));
        Assert.Equal(["unmount", "port Off", "port Data", "find", "mount", "copy", "unmount"], ports.Did.Where(did => did is not ("read" or "clean")).Take(7));
        await Eventually.HoldsAsync(() => ports.Status?.VerifiedFiles == 1);
    }

    [Fact]
    public async Task A_copier_that_throws_something_unforeseen_still_unmounts_and_the_camera_records_again()
    {
        ports.OnCopy = _ => throw new NotSupportedException("unforeseen");
        Start();
        await Eventually.HoldsAsync(() => ports.Did is [.., "port Record"] || ports.Did.Contains("port Record"));
        Assert.Equal("unforeseen", ports.Status!.CopyProblem);
        Assert.DoesNotContain("upload", ports.Did);
    }

    [Fact]
    public async Task A_power_source_that_throws_counts_as_a_battery_that_cannot_be_read()
    {
        ports.OnRead = () => throw new InvalidOperationException("I2C bus");
        Start();
        await Eventually.HoldsAsync(() => ports.Status is { Goal: "safe", Port: "off" });
        Assert.Contains("I2C bus", ports.Status!.BatteryProblem);
    }

    [Fact]
    public async Task A_port_that_throws_is_a_failed_order()
    {
        ports.OnPort = _ => throw new IOException("no bus");
        var actor = Start();
        await Eventually.HoldsAsync(() => ports.Status?.PortProblem?.Contains("no bus", StringComparison.Ordinal) == true);
        actor.Tell(new DashcamProtocol.Stop());
        Assert.False(await ended.Task);
    }

    [Fact]
    public async Task Stop_in_a_copy_cancels_unmounts_makes_safe_and_ends()
    {
        var begun = new TaskCompletionSource();
        ports.OnCopy = token =>
        {
            begun.SetResult();
            token.WaitHandle.WaitOne();
            return new CopyReport { Failure = "cancelled" };
        };
        var actor = Start();
        await begun.Task;
        actor.Tell(new DashcamProtocol.Stop());
        await ended.Task;
        Assert.Equal(["copy", "unmount", "port Off"], ports.Did.Where(did => did is not ("read" or "clean")).TakeLast(3));
    }

    private IActorRef Start() => Sys.ActorOf(DashcamActor.PropsOf(
        new DashcamPorts(ports, ports, ports, ports, ports, ports, ports, ports, TimeProvider.System, () => ports.Staged, status => ports.Status = status),
        new DecisionRules { RetryDelay = TimeSpan.FromHours(1), CopyInterval = TimeSpan.FromHours(1) }, TimeSpan.FromMilliseconds(50), succeeded => ended.TrySetResult(succeeded)));

    private sealed class Ports : IPowerSource, IUsbPort, ICameraSearch, IMounts, ICopier, IUploader, IHostProbe, IMachineOff
    {
        private readonly List<string> did = [];

        internal Func<PowerAnswer> OnRead { get; set; } = () => PowerAnswer.Of(80, false);

        internal Func<PortMode, PortAnswer> OnPort { get; set; } = _ => new PortAnswer(null);

        internal Func<CancellationToken, CopyReport> OnCopy { get; set; } = _ => new CopyReport { Copied = 1 };

        internal int Staged { get; private set; }

        internal DashcamStatus? Status { get; set; }

        internal IReadOnlyList<string> Did
        {
            get
            {
                lock (did)
                {
                    return [.. did];
                }
            }
        }

        public string? Program => null;

        public Task<PowerAnswer> ReadAsync(CancellationToken cancellationToken) => Task.FromResult(Note("read", OnRead));

        public Task<PortAnswer> SetAsync(PortMode mode, CancellationToken cancellationToken)
        {
            try
            {
                return Task.FromResult(Note($"port {mode}", () => OnPort(mode)));
            }
            catch (IOException e)
            {
                return Task.FromException<PortAnswer>(e);
            }
        }

        public Task<CameraDevice?> FindAsync(CancellationToken cancellationToken) => Task.FromResult<CameraDevice?>(Note("find", () => MachineRun.Device));

        public Task<string> MountAsync(CameraDevice device, CancellationToken cancellationToken) => Task.FromResult(Note("mount", () => "/mnt/cam-1"));

        public IReadOnlyList<string> Mounted() => [];

        public Task<IReadOnlyList<string>> UnmountAllAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<string>>(Note<string[]>("unmount", () => []));

        public CopyReport Run(string root, Action<CopyReport> onProgress, CancellationToken cancellationToken)
        {
            var report = Note("copy", () => OnCopy(cancellationToken));
            Staged = report.Copied;
            return report;
        }

        public Task<UploadReport> RunAsync(Action<UploadReport> onProgress, CancellationToken cancellationToken)
        {
            Staged = 0;
            return Task.FromResult(Note("upload", () => new UploadReport(1, 1, 0, null)));
        }

        public void CleanUp() => _ = Note("clean", () => 0);

        public Task<bool> IsReachableAsync(CancellationToken cancellationToken) => Task.FromResult(true);

        public Task<string?> ShutDownAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        private T Note<T>(string what, Func<T> answer)
        {
            lock (did)
            {
                did.Add(what);
            }

            return answer();
        }
    }
}
