using System.Runtime.InteropServices;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Capture;

/// <summary>
/// <c>rig-node capture</c>: the process that holds the camera and the encoder, so that a fault of either costs a moment of video
/// and not the node. Speaks docs/ref/capture-protocol.md on stdin and stdout, logs on stderr, and ends when stdin does.
/// </summary>
internal static class CaptureCommand
{
    /// <returns>The exit code: 0 told to end or the node is gone, 1 a fault, 2 not started by a node.</returns>
    internal static Task<int> RunAsync(string[] args)
    {
        if (args.Length > 0 || !Console.IsInputRedirected)
        {
            Console.Error.WriteLine("rig-node capture is started by rig-node itself and takes no arguments; start rig-node.");
            return Task.FromResult(2);
        }

        // The node decides when capture ends; a signal meant for the whole group must not be faster than it.
        Posix.LeaveTerminal();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => context.Cancel = true);
        var output = new CaptureOutput(Console.OpenStandardOutput());
        try
        {
            Run(Console.OpenStandardInput(), output);
            return Task.FromResult(0);
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            TryTell(output, e.Message);
            return Task.FromResult(1);
        }
    }

    private static void Run(Stream input, CaptureOutput output)
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

        using var source = FrameSources.Create(configuration);
        var (settings, fallback) = EncoderSelection.Choose(
            new EncoderSettings(codec, source.Width, source.Height, source.Fps, configuration.BitrateMbps, configuration.Preset));
        using var encoder = new EncodingPipeline(settings, output.SendFrame, output.Drop);
        using var loop = new CaptureLoop(source, encoder, output, new PreviewSender(output, source.Width, source.Height), TimeProvider.System);
        output.Send(
            CaptureMessageType.Ready,
            new CaptureReady(source.Model, source.Width, source.Height, source.Fps, settings.Codec.Name(), "ffmpeg " + settings.Preset, fallback, source.Lens),
            CaptureJson.Default.CaptureReady);
        new Thread(() => Listen(input, buffer, loop)) { IsBackground = true, Name = "commands" }.Start();
        loop.Run();
    }

    private static void Listen(Stream input, byte[] buffer, CaptureLoop loop)
    {
        try
        {
            while (CaptureWire.Read(input, ref buffer) is { } message)
            {
                loop.Post(message.Type switch
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
