using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Ingest.Stitch;
using Rig.Ingest.Stitch.Kernel;

namespace Rig.Bench.Stitch;

/// <summary>
/// <c>stitch-whole [seconds]</c>: decode, stitch and encode three files, beside ffmpeg doing the same work with its v360
/// filter (one a camera, then hstack) and the same encoder settings.
/// </summary>
internal static class StitchWholeBench
{
    public static async Task<int> RunAsync(string[] args)
    {
        var seconds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 8;
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        try
        {
            var files = new Dictionary<CameraId, string>();
            foreach (var camera in new[] { CameraId.Left, CameraId.Center, CameraId.Right })
            {
                files[camera] = Path.Combine(folder, camera + ".mp4");
                await FfmpegAsync($"-f lavfi -i testsrc2=s={BenchRig.SourceWidth}x{BenchRig.SourceHeight}:r=25:d={seconds} -c:v libx264 -preset veryfast -crf 23 -pix_fmt yuv420p {files[camera]}");
            }

            var rig = new BenchRig();
            var takes = StitchCommand.Takes(files);
            var alignment = new AlignmentFile(
                takes[0].Manifest.Timing.StartTime,
                [.. takes.Select((t, i) => new AlignedCamera(t.Id.CameraId.Value, rig.Cameras[i].Lens, rig.Cameras[i].ToRig.ToRowMajor(), ExposureMatch.None, 0, 1))],
                0, 0, 0, 0, "bench");
            var watch = Stopwatch.StartNew();
            var figures = await new SessionStitcher(new StitchOptions(), NullLogger.Instance).StitchAsync(
                takes, alignment, rig.Geometry, Path.Combine(folder, "rig.mp4"), new Progress<StageProgress>(), CancellationToken.None);
            var ours = watch.Elapsed.TotalSeconds;

            var width = rig.Geometry.Width / 3;
            var warp = $"v360=input=flat:output=cylindrical:ih_fov=66:iv_fov=40:h_fov=57:v_fov=32:w={width}:h={rig.Geometry.Height}:interp=linear";
            watch.Restart();
            await FfmpegAsync(
                $"-i {files[CameraId.Left]} -i {files[CameraId.Center]} -i {files[CameraId.Right]} "
                + $"-filter_complex [0:v]{warp}[l];[1:v]{warp}[c];[2:v]{warp}[r];[l][c][r]hstack=3 -c:v libx264 -preset veryfast -crf 23 -g 25 -movflags +faststart {Path.Combine(folder, "v360.mp4")}");
            var theirs = watch.Elapsed.TotalSeconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Rig                  {figures.Frames / ours,7:F1} fps"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ffmpeg v360 + hstack {figures.Frames / theirs,7:F1} fps"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio {theirs / ours:F2}"));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <param name="arguments">Without spaces inside an argument.</param>
    private static async Task FfmpegAsync(string arguments)
    {
        using var process = Process.Start("ffmpeg", ["-v", "error", "-nostdin", "-y", .. arguments.Split(' ')])!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ffmpeg failed: {arguments}");
        }
    }
}
