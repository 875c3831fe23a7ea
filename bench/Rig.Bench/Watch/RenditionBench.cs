using System.Diagnostics;
using System.Globalization;
using Rig.Domain.Match;
using Rig.Ingest.Renditions;

namespace Rig.Bench.Watch;

/// <summary>
/// <c>renditions [seconds] [rounds] [panorama.mp4]</c>: what the follow camera's renditions cost, in time and processor time, beside the length of the match. Without a
/// file, of a pattern in the size that the demo's panorama has.
/// </summary>
internal static class RenditionBench
{
    private const int Fps = 30;
    private static readonly PanoramaGeometry DemoSize = new() { Width = 2880, Height = 720, FocalPx = 1000, CenterColumn = 1440, HorizonRow = 200 };

    public static async Task<int> RunAsync(int seconds, int rounds, string? panorama)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        try
        {
            var geometry = panorama is null
                ? DemoSize
                : PanoramaGeometry.Parse(await File.ReadAllBytesAsync(Path.ChangeExtension(panorama, ".json")));
            var file = Path.Combine(folder, "panorama.mp4");
            var source = panorama is null ? $"-f lavfi -i testsrc2=s={geometry.Width}x{geometry.Height}:r={Fps}:d={seconds}" : $"-stream_loop -1 -i {panorama} -t {seconds} -an";
            await FfmpegAsync($"{source} -c:v libx264 -preset veryfast -crf 23 -g {Fps} -r {Fps} -pix_fmt yuv420p {file}");
            IReadOnlyList<FollowKey> follow = [.. Enumerable.Range(0, seconds + 1).Select(t => new FollowKey(t, 25 * Math.Sin(t / 3.0), 6, 45))];
            var ladder = Ladder.Follow(Fps);
            var two = ladder with { Renditions = [.. ladder.Renditions.Take(2)] };
            foreach (var (name, plan) in new[] { ("1080p and 720p", two), ("whole ladder", ladder) })
            {
                var (ratios, work) = (new List<double>(), new List<double>());
                for (var i = 0; i < rounds; i++)
                {
                    var (watch, before) = (Stopwatch.StartNew(), ProcessorSeconds());
                    await new FollowRenderer(file, geometry, follow, Fps, new RenditionOptions())
                        .RenderAsync(plan, seconds, one => Path.Combine(folder, one.File), new Progress<double>(), CancellationToken.None);
                    ratios.Add(watch.Elapsed.TotalSeconds / seconds);
                    work.Add((ProcessorSeconds() - before) / seconds);
                }

                ratios.Sort();
                work.Sort();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-15} {geometry.Width}x{geometry.Height}@{Fps}: {ratios[ratios.Count / 2]:0.00} times the duration (best {ratios[0]:0.00}) on {Environment.ProcessorCount} cores; {work[work.Count / 2]:0.00} s of processor time a second of match"));
            }

            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Of this process and of its ended children: the clock alone says little on a machine that others use too.</summary>
    private static double ProcessorSeconds()
    {
        // Fields 14 to 17 of proc(5), in ticks of 10 ms; the name before them may hold spaces.
        var fields = File.ReadAllText("/proc/self/stat").Split(") ")[1].Split(' ');
        return fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / 100.0;
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
