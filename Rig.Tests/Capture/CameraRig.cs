using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Cameras;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Tests.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Capture;

/// <summary>A recorder with its real capture process, writing into a folder of the test's own.</summary>
internal sealed class CameraRig : IAsyncDisposable
{
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private readonly TempFolder folder;
    private readonly bool ownsFolder;
    private readonly RecordingDisk disk;

    private CameraRig(TempFolder folder, bool ownsFolder, CameraOptions options, IRecordingFiles files, TimeProvider clock, IReadOnlyList<string>? command, ProbeOptions? probe)
    {
        (this.folder, this.ownsFolder) = (folder, ownsFolder);
        Storage = new StorageOptions { RecordingsPath = folder.File("recordings"), ManifestsPath = folder.File("manifests"), MinFreeSpaceGb = 0 };
        disk = new RecordingDisk(Options.Create(Storage), files, NullLogger<RecordingDisk>.Instance);
        var (sealedTakes, previews, settings) = (new SealedTakes(), new PreviewFeed(), Storage.ToSettings(options));
        var launcher = new CaptureLauncher(
            Options.Create(options), Options.Create(probe ?? new ProbeOptions()), Options.Create(Storage), new CameraIdentity(CameraId.Left), new CaptureCommandLine(command ?? CaptureProcess.OwnCommand()),
            files, disk, sealedTakes, TakeBench.NewMetrics(), previews, clock, NullLogger<CaptureLauncher>.Instance);
        Camera = new RecordingCamera(launcher, previews, new StoragePorts(disk, settings, new RecordingCatalogue(disk, settings), sealedTakes, clock), clock);
    }

    internal RecordingCamera Camera { get; }

    /// <summary>As the disk says now.</summary>
    internal RecordingCatalogue Catalogue => new(disk, Storage.ToSettings(SmallPattern()));

    internal StorageOptions Storage { get; }

    internal string Folder => folder.Path;

    internal static CameraOptions SmallPattern() =>
        new() { Source = "pattern", Width = 320, Height = 180, Fps = 30, BitrateMbps = 1, Preset = "ultrafast" };

    internal static CameraRig Create(CameraOptions? options = null, TempFolder? folder = null, IRecordingFiles? files = null,
        TimeProvider? clock = null, IReadOnlyList<string>? command = null, ProbeOptions? probe = null) =>
        new(folder ?? new TempFolder("rig-camera"), folder is null, options ?? SmallPattern(), files ?? new PosixRecordingFiles(), clock ?? TimeProvider.System, command, probe);

    internal static async Task<CameraRig> StartAsync(CameraOptions? options = null, TempFolder? folder = null, IRecordingFiles? files = null,
        TimeProvider? clock = null, IReadOnlyList<string>? command = null, ProbeOptions? probe = null)
    {
        var rig = Create(options, folder, files, clock, command, probe);
        rig.Camera.Start();
        await UntilAsync(() => rig.Camera.Status.Detected, () => "the camera is ready: " + rig.Camera.Status.Problem);
        return rig;
    }

    internal static TakeRequest Request(string session = "GAME_20261121_140000", int take = 1, TimeSpan? startIn = null)
    {
        var start = TimeProvider.System.GetUtcNow() + (startIn ?? TimeSpan.Zero);
        return new TakeRequest(
            new TakeId(SessionId.Parse(session), CameraId.Left, take), start, start.AddMilliseconds(-5), ClockOffsetMs: 5, NtpSynced: true, [CameraId.Left]);
    }

    internal static Task UntilAsync(Func<bool> condition, Func<string> what) => Eventually.HoldsAsync(condition, what, Timeout, TimeSpan.FromMilliseconds(10));

    public async ValueTask DisposeAsync()
    {
        await Camera.StopAsync();
        if (ownsFolder)
        {
            folder.Dispose();
        }
    }
}
