using System.ComponentModel;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Storage;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Cameras;

/// <summary>The node's capture: <c>rig-node capture</c> processes, whose frames go to the take that was opened last.</summary>
internal sealed class CaptureLauncher(
    IOptions<CameraOptions> options, IOptions<ProbeOptions> probe, IOptions<StorageOptions> storage, CameraIdentity identity, CaptureCommandLine command,
    IRecordingFiles files, RecordingDisk disk, SealedTakes sealedTakes, RecorderMetrics metrics, PreviewFeed previews, TimeProvider clock, ILogger<CaptureLauncher> logger) : ICaptureLauncher
{
    private CameraTake? take;
    private LaunchedCapture? newest;

    public CaptureFormat Wanted { get; } = new(options.Value.Width, options.Value.Height, options.Value.Fps, options.Value.Codec, options.Value.BitrateMbps);

    /// <summary>The capture process's id while there is one.</summary>
    internal int? CaptureProcessId => Volatile.Read(ref newest) is { Exited.IsCompleted: false } running ? running.ProcessId : null;

    public Task<ICapture> LaunchAsync() => Task.Run<ICapture>(() =>
    {
        try
        {
            var process = CaptureProcess.Start(command.Arguments, logger);
            var proofs = probe.Value.Requires(options.Value.Source) ? probe.Value.ProofsPath : null;
            process.Send(CaptureMessageType.Configure, options.Value.Configure(identity.Id.Value, proofs), CaptureJson.Default.ConfigureCapture);
            var launched = new LaunchedCapture(process, () => Volatile.Read(ref take), previews, metrics, clock);
            Volatile.Write(ref newest, launched);
            return launched;
        }
        catch (Win32Exception e)
        {
            throw new CaptureStartException(e.Message, e);
        }
    });

    public Task<ITake> OpenTakeAsync(TakeRequest request, CaptureMode mode) => request.Id.CameraId != identity.Id
        ? Task.FromException<ITake>(new TakeFailedException($"This node is {identity.Id} and cannot record {request.Id}."))
        : Task.Run<ITake>(() =>
        {
            var writer = TakeWriter.Create(files, TakePaths.Of(storage.Value, request.Id), Describe(request, mode), logger, metrics, request.ClockNow, request.TemperatureNow);
            var opened = new CameraTake(request, mode.Fps, writer, Announce, logger);
            Volatile.Write(ref take, opened);
            return opened;
        });

    // The storage is told before anybody else hears of the end: who asks it then is told of the take.
    private void Announce(TakeSealed ended)
    {
        if (!ended.Id.SessionId.IsSelfTest)
        {
            sealedTakes.Announce(disk.Describe(ended));
        }
    }

    private OpenTake Describe(TakeRequest request, CaptureMode mode) => new()
    {
        RecordingId = request.Id.ToString(),
        ScheduledStartMaster = request.ScheduledStartMaster,
        ClockOffsetMs = request.ClockOffsetMs,
        NtpSynced = request.NtpSynced,
        SessionCameras = [.. request.SessionCameras.Select(c => c.Value)],
        Source = options.Value.Source,
        Codec = mode.Codec,
        Width = mode.Width,
        Height = mode.Height,
        Fps = mode.Fps,
        BitrateMbps = options.Value.BitrateMbps,
        Lens = mode.Lens,
        Device = new ManifestDevice(Environment.MachineName, SoftwareVersion: NodeVersion.WithCommit),
        Framing = request.Framing?.Invoke(),
    };
}
