using Rig.Domain.Frames;
using static Rig.CameraNode.Frames.FrameDeviceProtocol;

namespace Rig.CameraNode.Frames;

/// <summary>What a still-frame camera stands on.</summary>
internal sealed record FrameDeviceServices(IStillCamera Camera, FrameSpool Spool, FrameSender Sender, FrameDeviceOptions Options, TimeProvider Clock, string BootId);

/// <summary>
/// A still-frame camera: supervises its capture, its spool, its uploads and its configuration, passes between them what concerns others,
/// and knows how all of them are. A child that fails is restarted; the pictures are on disk.
/// </summary>
internal sealed class FrameCameraActor : ReceiveActor
{
    private SpoolIs spool = new(0, 0, 0, 0, null);
    private string mode = ServedConfig.Baseline;
    private string? uploadProblem;
    private string? captureProblem;
    private long failures;
    private long sent;

    public FrameCameraActor(FrameDeviceServices services)
    {
        var keeper = Context.ActorOf(Props.Create(() => new SpoolActor(services.Spool, services.Options, services.BootId)), "spool");
        var capture = Context.ActorOf(Props.Create(() => new CaptureActor(services.Camera, services.Clock)), "capture");
        Context.ActorOf(Props.Create(() => new UploadActor(services.Sender, keeper, services.Options)), "upload");
        Context.ActorOf(Props.Create(() => new DeviceConfigActor(services.Sender, services.Options)), "config");
        Receive<Configured>(configured =>
        {
            mode = configured.Config.CaptureMode;
            capture.Tell(configured);
            keeper.Tell(configured);
        });
        Receive<Keep>(keep =>
        {
            captureProblem = null;
            keeper.Tell(keep);
        });
        Receive<NoPicture>(none =>
        {
            failures++;
            captureProblem = none.Problem;
        });
        Receive<SpoolIs>(told => spool = told);
        Receive<UploadSaid>(said =>
        {
            uploadProblem = said.Problem;
            sent += said.Problem is null ? 1 : 0;
        });
        Receive<GetHealth>(_ => Sender.Tell(new DeviceHealth(
            mode, spool.Frames, spool.Bytes, spool.Dropped, failures, sent, TemperatureC: null, spool.FreeBytes, captureProblem ?? spool.Problem ?? uploadProblem)));
    }

    public static Props PropsOf(FrameDeviceServices services) => Props.Create(() => new FrameCameraActor(services));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(maxNrOfRetries: -1, withinTimeRange: TimeSpan.FromMinutes(1), localOnlyDecider: _ => Directive.Restart);
}
