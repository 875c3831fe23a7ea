using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Capture.Libcamera;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Hosting;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Probe;
using Rig.CameraNode.V4l2;

namespace Rig.CameraNode.Commands;

/// <summary><c>rig-node probe</c>. Exit code 0: a mode holds, or none was to be measured; 1: none does; 2: it could not be measured.</summary>
internal static class ProbeCommand
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    internal static Command Create()
    {
        var seconds = new Option<int?>("--seconds") { Description = "How long each encoder is measured; 0 only lists. Else Rig:Capture:ProbeSeconds, 60." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text." };
        var command = new Command("probe", "Lists this machine's cameras, modes and encoders, measures which mode it keeps up with, and keeps the result. Stop rig-node first. Settings such as --Rig:Camera:Width=1920 may follow.") { seconds, json };
        command.TreatUnmatchedTokensAsErrors = false;
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 0 or > 600)
            {
                result.AddError("--seconds must be 0 to 600.");
            }
        });
        command.SetAction(parsed => Run([.. parsed.UnmatchedTokens], parsed.GetValue(seconds), parsed.GetValue(json), Console.Out, Console.Error));
        return command;
    }

    internal static int Run(string[] settings, int? seconds, bool json, TextWriter output, TextWriter errors)
    {
        var configuration = NodeHost.CreateBuilder(settings).Configuration;
        var camera = configuration.GetSection(CameraOptions.Section).Get<CameraOptions>() ?? new CameraOptions();
        var options = configuration.GetSection(ProbeOptions.Section).Get<ProbeOptions>() ?? new ProbeOptions();
        if (FrameSources.IsRehearsed(camera.Source))
        {
            errors.WriteLine($"{CameraOptions.Section}:Source is '{camera.Source}', a camera of rig-rehearsal, which needs no measurement. Set it to v4l2, libcamera or pattern.");
            return 2;
        }

        string[] wrong = [.. new CameraOptionsValidator().Validate(null, camera).Failures ?? [], .. options.Errors()];
        if (wrong.Length > 0)
        {
            errors.WriteLine(string.Join('\n', wrong));
            return 2;
        }

        var machine = MachineFingerprint.Read();
        var encoders = Encoders.Find();
        var v4l2 = V4l2Discovery.Cameras();
        var libcamera = LibcameraDiscovery.Cameras(out var libcameraProblem);
        var length = seconds ?? options.ProbeSeconds;
        var text = json ? TextWriter.Null : output;
        text.WriteLine($"Machine: {machine.Cpu}, Linux {machine.Kernel}, ffmpeg {machine.Ffmpeg}, Rig {machine.Rig}");
        PrintCameras(text, v4l2, libcamera, libcameraProblem);
        text.WriteLine("Encoders:");
        foreach (var encoder in encoders)
        {
            text.WriteLine($"  {encoder.Id} ({encoder.Codec.Name()}, {(encoder.Hardware is { } hardware ? $"hardware at {hardware.Path}" : "software")})");
        }

        IReadOnlyList<ModeProbe.Result> results = [];
        string? problem = null;
        try
        {
            results = length == 0 ? [] : Measure(camera, options, machine, encoders, length, text);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            problem = e.Message;
            errors.WriteLine(problem);
        }

        var holds = results.Select(r => r.Proof).FirstOrDefault(p => p is { Holds: true });
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new
                {
                    Machine = machine,
                    Cameras = v4l2.Select(c => new { Source = FrameSources.V4l2, Id = c.Path, Model = c.Card, c.Driver, Modes = (object)c.Modes })
                        .Concat(libcamera.Select(c => new { Source = FrameSources.Libcamera, c.Id, c.Model, Driver = "libcamera", Modes = (object)c.Modes })),
                    LibcameraProblem = libcameraProblem,
                    Encoders = encoders.Select(e => new { e.Id, Codec = e.Codec.Name(), Device = e.Hardware?.Path }),
                    Measured = results.Select(r => new { r.Mode.Width, r.Mode.Height, r.Mode.Fps, Encoder = r.Encoder.Id, Holds = r.Proof?.Holds ?? false, r.Proof, r.Failure }),
                    Offered = holds,
                    Problem = problem,
                },
                Json));
        }

        return problem is not null ? 2 : length == 0 || holds is not null ? 0 : 1;
    }

    private static List<ModeProbe.Result> Measure(
        CameraOptions camera, ProbeOptions options, MachineFingerprint machine, IReadOnlyList<EncoderKind> encoders, int seconds, TextWriter text)
    {
        var wanted = camera.Configure("CAM_C");
        var name = FrameSources.Identify(wanted);
        var usable = encoders.Where(e => camera.Encoder.Length == 0 || e.Id == camera.Encoder).ToList();
        var ladder = ModeProbe.Ladder(new CameraRequest(camera.Width, camera.Height, camera.Fps), FrameSources.SizesAt(wanted));
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Measuring {name} ({camera.Source}), {seconds} s for each encoder, {camera.BitrateMbps} Mbit/s:"));
        var results = new List<ModeProbe.Result>();
        foreach (var result in new ModeProbe(machine, usable, TimeProvider.System).Run(wanted, name, ladder, TimeSpan.FromSeconds(seconds)))
        {
            results.Add(result);
            var verdict = result.Proof is { } proof ? $"{(proof.Holds ? "holds" : "too slow")}: {proof.Verdict()}" : $"failed: {result.Failure}";
            text.WriteLine($"  {result.Mode.Width}x{result.Mode.Height} at {result.Mode.Fps} in {result.Encoder.Codec.Name()} by {result.Encoder.Id} {verdict}");
            if (result.Proof is { } measured)
            {
                ModeProofs.Add(options.ProofsPath, measured);
            }
        }

        text.WriteLine(results.Any(r => r.Proof is { Holds: true }) ? $"Kept in {options.ProofsPath}." : "No mode holds. Choose a smaller size, a lower rate or a faster preset.");
        return results;
    }

    private static void PrintCameras(TextWriter text, IReadOnlyList<V4l2CameraInfo> v4l2, IReadOnlyList<LibcameraInfo> libcamera, string? libcameraProblem)
    {
        text.WriteLine(v4l2.Count + libcamera.Count > 0 ? "Cameras:" : "Cameras: none with a driver (pattern is always there).");
        foreach (var camera in v4l2)
        {
            text.WriteLine($"  v4l2 {camera.Path}: {camera.Card} ({camera.Driver}, {camera.Bus})");
            foreach (var format in camera.Modes.GroupBy(m => m.PixelFormat))
            {
                text.WriteLine($"    {format.Key}: {string.Join(", ", format.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Width}x{m.Height}{(m.Fps > 0 ? $" to {m.Fps}" : "")}")))}");
            }
        }

        foreach (var camera in libcamera)
        {
            text.WriteLine($"  libcamera {camera.Id}: {camera.Model}");
            foreach (var format in camera.Modes.GroupBy(m => m.PixelFormat))
            {
                text.WriteLine($"    {format.Key}: {string.Join(", ", format.Select(m => m.MinWidth == m.MaxWidth ? $"{m.MaxWidth}x{m.MaxHeight}" : $"{m.MinWidth}x{m.MinHeight} to {m.MaxWidth}x{m.MaxHeight}"))}");
            }
        }

        if (libcameraProblem is not null)
        {
            text.WriteLine($"  {libcameraProblem}");
        }
    }
}
