using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Tests.Support;

namespace Rig.Tests.Storage;

/// <summary>A storage folder and takes written into it from <see cref="SampleVideo"/>, without a camera.</summary>
internal sealed class TakeBench : IDisposable
{
    internal static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);
    private readonly TempFolder folder;

    internal TakeBench(TempFolder? folder = null)
    {
        this.folder = folder ?? new TempFolder("rig-storage");
        Storage = new StorageOptions
        {
            RecordingsPath = this.folder.File("recordings"),
            ManifestsPath = this.folder.File("manifests"),
            MinFreeSpaceGb = 0,
        };
    }

    internal StorageOptions Storage { get; }

    internal IRecordingFiles Files { get; set; } = new PosixRecordingFiles();

    internal static TakeId Id(int take = 1, string session = "GAME_20261121_140000") => new(SessionId.Parse(session), CameraId.Left, take);

    internal TakePaths Paths(TakeId? id = null) => TakePaths.Of(Storage, id ?? Id());

    internal TakeWriter Open(TakeId? id = null, VideoCodec codec = VideoCodec.H264) =>
        TakeWriter.Create(Files, Paths(id), Describe(id ?? Id(), TakeSealer.FromUnixNs(SampleVideo.StartWallNs), codec), NullLogger.Instance, NewMetrics());

    internal static RecorderMetrics NewMetrics() => new(Prometheus.Metrics.NewCustomRegistry());

    internal static OpenTake Describe(TakeId id, DateTimeOffset start, VideoCodec codec = VideoCodec.H264) => new()
    {
        RecordingId = id.ToString(),
        ScheduledStartMaster = start,
        ClockOffsetMs = 0,
        NtpSynced = true,
        SessionCameras = ["CAM_L", "CAM_R"],
        Source = "pattern",
        Codec = codec.Name(),
        Width = SampleVideo.Width,
        Height = SampleVideo.Height,
        Fps = SampleVideo.Fps,
        BitrateMbps = 0.5,
    };

    /// <summary>A whole take of the sample, without the frames whose numbers are given.</summary>
    internal async Task<TakeSealed> WriteAsync(TakeId? id = null, VideoCodec codec = VideoCodec.H264, Func<long, bool>? without = null)
    {
        var writer = Open(id, codec);
        foreach (var frame in SampleVideo.Frames(codec).Where(f => without?.Invoke(f.Number) != true))
        {
            writer.Enqueue(frame, DropCause.EncoderBehind);
        }

        writer.Finish(TakeEndReason.Stopped, 2 * SampleVideo.Fps);
        return await writer.Ended.WaitAsync(Timeout);
    }

    internal RecordingDisk Disk() => new(Options.Create(Storage), Files, NullLogger<RecordingDisk>.Instance);

    /// <summary>As the disk says now.</summary>
    internal RecordingCatalogue Catalogue() => new(Disk(), Storage.ToSettings(new CameraOptions()));

    internal void Confirm(TakeId id) => Disk().KeepReceipt(Catalogue().Find(id)!, "{}", DateTimeOffset.UnixEpoch);

    internal async Task<RecordingCatalogue> RestartAsync()
    {
        using var recovery = new TakeRecovery(Options.Create(Storage), Files, Disk(), new SealedTakes(), NullLogger<TakeRecovery>.Instance);
        await recovery.StartAsync(CancellationToken.None);
        await recovery.ExecuteTask!.WaitAsync(Timeout);
        return Catalogue();
    }

    public void Dispose() => folder.Dispose();
}
