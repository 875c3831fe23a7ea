using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Ingest.Stitch.Video;

namespace Rig.Ingest.Stitch;

/// <summary><c>rig-ingest stitch</c>: joins video files by hand, without a server or a session.</summary>
public static class StitchCommand
{
    public const string Help = """
        rig-ingest stitch --left FILE --right FILE [--center FILE] [--camera CAM_X=FILE ...] --out DIR
          --checkerboards CAM_L=DIR   pictures of a checkerboard taken with that camera (may be repeated)
          --board 9x5                 inner corners of the checkerboard
          --pitch-points CAM_L=FILE   CVAT file of pitch points marked in that camera's picture (may be repeated)
          --pitch 105x68              length and width in metres
          --max-width 5760            of the panorama, pixels
          --preset veryfast           of the encoder
          --align-only true           stop before the panorama is drawn
        Writes DIR/stitched/panorama.mp4, panorama.json and alignment.json, and prints the figures as JSON.
        The files are taken to start at the same instant; what the pictures say otherwise is corrected.
        """;

    /// <returns>0 done, 1 failed, 2 bad usage.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken = default)
    {
        var options = new StitchOptions();
        var files = new Dictionary<CameraId, string>();
        string? output = null;
        var alignOnly = false;
        try
        {
            if (args.Contains("--help") || args.Count == 0)
            {
                Console.WriteLine(Help);
                return args.Count == 0 ? 2 : 0;
            }

            for (var i = 0; i < args.Count; i += 2)
            {
                var value = i + 1 < args.Count ? args[i + 1] : throw new FormatException($"{args[i]} needs a value.");
                switch (args[i])
                {
                    case "--left": files[CameraId.Left] = value; break;
                    case "--center": files[CameraId.Center] = value; break;
                    case "--right": files[CameraId.Right] = value; break;
                    case "--camera": Assign(value, (camera, file) => files[camera] = file); break;
                    case "--checkerboards": Assign(value, (camera, folder) => options.CheckerboardFolders[camera.Value] = folder); break;
                    case "--pitch-points": Assign(value, (camera, file) => options.PitchPointsFiles[camera.Value] = file); break;
                    case "--board": (options.CheckerboardColumns, options.CheckerboardRows) = ((int, int))Pair(value); break;
                    case "--pitch": (options.PitchLengthM, options.PitchWidthM) = Pair(value); break;
                    case "--max-width": options.MaxWidth = int.Parse(value, CultureInfo.InvariantCulture); break;
                    case "--preset": options.EncoderPreset = value; break;
                    case "--align-only": alignOnly = bool.TryParse(value, out var only) ? only : throw new FormatException("--align-only is true or false."); break;
                    case "--out": output = value; break;
                    default: throw new FormatException($"There is no option {args[i]}.");
                }
            }

            if (output is null || files.Count < 2)
            {
                throw new FormatException("Two cameras or more and --out are needed.");
            }
        }
        catch (FormatException e)
        {
            await Console.Error.WriteLineAsync($"rig-ingest stitch: {e.Message} See --help.");
            return 2;
        }

        try
        {
            // What is printed on the standard output is data, and nothing else.
            using var logging = LoggerFactory.Create(builder => builder
                .AddSimpleConsole(o => o.SingleLine = true)
                .Services.Configure<ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = Microsoft.Extensions.Logging.LogLevel.Trace));
            var (aligned, stitched) = await StitchAsync(files, output, options, alignOnly, logging, cancellationToken);
            Console.WriteLine(new JsonObject { ["aligned"] = aligned, ["stitched"] = stitched }.ToJsonString(Indented));
            return 0;
        }
        catch (StageFailedException e)
        {
            await Console.Error.WriteLineAsync($"rig-ingest stitch: {e.Message}");
            return 1;
        }
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Both stages on files that are taken to start at one instant.</summary>
    internal static async Task<(JsonObject Aligned, JsonObject? Stitched)> StitchAsync(
        IReadOnlyDictionary<CameraId, string> files, string output, StitchOptions options, bool alignOnly, ILoggerFactory logging, CancellationToken cancellationToken)
    {
        var takes = Takes(files);
        var context = new StageContext(takes[0].Id.SessionId, output, takes, new Dictionary<PipelineStage, JsonObject>());
        var progress = new LoggedProgress(logging.CreateLogger("stitch"));
        var aligned = await new AlignStage(Options.Create(options), logging.CreateLogger<AlignStage>()).RunAsync(context, progress, cancellationToken);
        var stitched = alignOnly ? null : await new StitchStage(Options.Create(options), logging.CreateLogger<StitchStage>()).RunAsync(context, progress, cancellationToken);
        return (aligned, stitched);
    }

    /// <summary>Files with a manifest that says what they say themselves.</summary>
    internal static List<TakeFile> Takes(IReadOnlyDictionary<CameraId, string> files)
    {
        var start = new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
        var session = SessionId.TryParse("GAME_20000101_000000", out var parsed) ? parsed : throw new InvalidOperationException("The session id's form has changed.");
        var takes = new List<TakeFile>();
        foreach (var (camera, path) in files)
        {
            try
            {
                using var reader = VideoReader.Open(path);
                takes.Add(new TakeFile(
                    new TakeId(session, camera),
                    path,
                    new Manifest
                    {
                        Recording = new ManifestRecording(new TakeId(session, camera).ToString(), session.ToString(), camera.Value, camera.Position),
                        File = new ManifestFile(Path.GetFileName(path), new FileInfo(path).Length, "mp4", "h264"),
                        Video = new ManifestVideo(new ManifestResolution(reader.Width, reader.Height), (int)Math.Round(reader.FramesPerSecond), 0, reader.DurationSeconds),
                        Timing = new ManifestTiming(start, start.AddSeconds(reader.DurationSeconds), NtpSynced: false),
                        Checksum = new ManifestChecksum("sha256", ""),
                    }));
            }
            catch (InvalidDataException e)
            {
                throw new StageFailedException(e.Message, e);
            }
        }

        return takes;
    }

    private static void Assign(string text, Action<CameraId, string> assign)
    {
        var parts = text.Split('=', 2);
        assign(CameraId.Parse(parts[0]), parts.Length == 2 ? parts[1] : throw new FormatException($"'{text}' is not of the form CAM_L=PATH."));
    }

    private static (double, double) Pair(string text)
    {
        var parts = text.Split('x');
        return parts.Length == 2
            ? (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture))
            : throw new FormatException($"'{text}' is not of the form 105x68.");
    }

    private sealed class LoggedProgress(ILogger logger) : IProgress<StageProgress>
    {
        public void Report(StageProgress value) => logger.LogInformation("{Percent,3:F0} % {Message}", value.Fraction * 100, value.Message);
    }
}
