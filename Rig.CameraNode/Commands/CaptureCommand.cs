using System.Runtime.InteropServices;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Capture.Live;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Native;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Commands;

/// <summary>
/// <c>rig-node capture</c>: the process that holds the camera and the encoder, so that a fault of either costs a moment of video
/// and not the node. Speaks docs/ref/capture-protocol.md on stdin and stdout, logs on stderr, and ends when stdin does.
/// </summary>
internal static class CaptureCommand
{
    /// <returns>The exit code: 0 told to end or the node is gone, 1 a fault, 2 not started by a node.</returns>
    /// <param name="open">Opens the camera instead of what the configuration names; for tests of a camera's faults.</param>
    /// <param name="draw">Makes a camera without a driver; null for those that rig-node has.</param>
    internal static Task<int> RunAsync(string[] args, Func<ConfigureCapture, ILiveSource>? open = null, Func<ConfigureCapture, IFrameSource>? draw = null)
    {
        if (args.Length > 0 || !Console.IsInputRedirected)
        {
            Console.Error.WriteLine("The capture process is started by rig-node and takes no arguments; start rig-node.");
            return Task.FromResult(2);
        }

        // The node decides when capture ends; a signal meant for the whole group must not be faster than it.
        Posix.LeaveTerminal();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        var output = new CaptureOutput(Console.OpenStandardOutput());
        try
        {
            Run(Console.OpenStandardInput(), output, open, draw ?? FrameSources.Create);
            return Task.FromResult(0);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            TryTell(output, e.Message);
            return Task.FromResult(1);
        }
    }

    private static void Run(Stream input, CaptureOutput output, Func<ConfigureCapture, ILiveSource>? open, Func<ConfigureCapture, IFrameSource> draw)
    {
        output.Send(CaptureMessageType.Hello, new CaptureHello(CaptureWire.Version, Environment.ProcessId), CaptureJson.Default.CaptureHello);
        var buffer = new byte[CaptureWire.MaxControlBytes];
        var first = CaptureWire.Read(input, ref buffer);
        if (first is not { Type: CaptureMessageType.Configure })
        {
            throw new InvalidDataException($"The first message must be Configure, not {first?.Type.ToString() ?? "the end"}.");
        }

        var configuration = first.Value.Json(CaptureJson.Default.ConfigureCapture);
        if (!VideoCodecNames.TryParse(configuration.Codec, out var codec))
        {
            throw new InvalidDataException($"There is no codec '{configuration.Codec}'; Rig:Camera:Codec is h264 or h265.");
        }

        var wanted = new EncoderSettings(codec, configuration.Width, configuration.Height, configuration.Fps, configuration.BitrateMbps, configuration.Preset);
        var (settings, encoderId, steps) = Choose(configuration, wanted);
        var fallback = steps.Count == 0 ? null : string.Join(" ", steps);
        configuration = configuration with { Width = settings.Width, Height = settings.Height, Fps = settings.Fps };
        void Ready(string model, ManifestLens? lens) => output.Send(
            CaptureMessageType.Ready,
            new CaptureReady(model, settings.Width, settings.Height, settings.Fps, settings.Codec.Name(), encoderId, fallback, lens),
            CaptureJson.Default.CaptureReady);
        if (open is not null || FrameSources.IsLive(configuration.Source))
        {
            open ??= FrameSources.Open;
            var source = open(configuration);
            using var encoder = new EncodingPipeline(settings, Encoders.Factory(encoderId, settings, source.Layout), output.SendFrame, output.Drop);
            using var loop = new LiveCaptureLoop(
                () => open(configuration), source, encoder, output, new PreviewSender(output, settings.Width, settings.Height), TimeProvider.System);
            Ready(source.Model, source.Lens);
            BeginListen(input, buffer, loop.Post);
            loop.Run();
        }
        else
        {
            using var source = draw(configuration);
            using var encoder = new EncodingPipeline(settings, Encoders.Factory(encoderId, settings, null), output.SendFrame, output.Drop);
            using var loop = new CaptureLoop(source, encoder, output, new PreviewSender(output, settings.Width, settings.Height), TimeProvider.System);
            Ready(source.Model, source.Lens);
            BeginListen(input, buffer, loop.Post);
            loop.Run();
        }
    }

    private static ChosenMode Choose(ConfigureCapture configuration, EncoderSettings wanted)
    {
        if (configuration.ProofsFile is { } proofs)
        {
            var encoders = Encoders.Find().Where(e => configuration.Encoder is null || e.Id == configuration.Encoder).ToList();
            return ModeChoice.Choose(wanted, configuration.Source, FrameSources.Identify(configuration), encoders, ModeProofs.Read(proofs), MachineFingerprint.Read());
        }

        if (configuration.Encoder is { } named)
        {
            return new ChosenMode(wanted, named, []);
        }

        var (settings, fallback) = EncoderSelection.Choose(wanted);
        return new ChosenMode(settings, Encoders.SoftwareId(settings.Codec), fallback is null ? [] : [fallback]);
    }

    private static void BeginListen(Stream input, byte[] buffer, Action<object> post) =>
        new Thread(() => Listen(input, buffer, post)) { IsBackground = true, Name = "commands" }.Start();

    private static void Listen(Stream input, byte[] buffer, Action<object> post)
    {
        try
        {
            while (CaptureWire.Read(input, ref buffer) is { } message)
            {
                post(message.Type switch
                {
                    CaptureMessageType.StartTake => message.Json(CaptureJson.Default.StartCaptureTake),
                    CaptureMessageType.StopTake => message.Json(CaptureJson.Default.StopCaptureTake),
                    CaptureMessageType.Shutdown => new ShutdownCapture(),
                    _ => throw new InvalidDataException($"{message.Type} is not a command."),
                });
            }

            // The node is gone. Nobody reads frames any more, so there is nothing to finish.
            Environment.Exit(0);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            Console.Error.WriteLine(e.Message);
            Environment.Exit(1);
        }
    }

    private static void TryTell(CaptureOutput output, string message)
    {
        try
        {
            output.Send(CaptureMessageType.Error, new CaptureError(message.Length > 2000 ? message[..2000] : message), CaptureJson.Default.CaptureError);
        }
        catch (IOException)
        {
        }
    }
}
