using System.Diagnostics;
using System.Globalization;
using Rig.Ingest.Stitch.Kernel;

namespace Rig.Bench.Stitch;

/// <summary><c>stitch-kernel [rounds]</c>: one panorama frame by our kernel and by OpenCV, turn about in one run.</summary>
internal static class StitchKernelBench
{
    public static int Run(string[] args)
    {
        var rounds = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 60;
        var rig = new BenchRig();
        var renderer = rig.Renderer();
        var output = new byte[renderer.FrameBytes];
        using var peer = new OpenCvPeer(rig, renderer.Plan.Layout);
        (string Name, Action Draw)[] contestants =
        [
            ("Rig " + SampleKernel.Best, () => renderer.Draw(rig.Frames, output)),
            ("Rig Vector128", () => renderer.Draw(rig.Frames, output, KernelPath.Vector128)),
            ("Rig scalar", () => renderer.Draw(rig.Frames, output, KernelPath.Scalar)),
            ("OpenCV remap + blendLinear", () => peer.Draw(output)),
        ];
        var times = contestants.Select(_ => new List<double>()).ToArray();
        for (var round = -5; round < rounds; round++)
        {
            for (var i = 0; i < contestants.Length; i++)
            {
                var watch = Stopwatch.StartNew();
                contestants[i].Draw();
                if (round >= 0)
                {
                    times[i].Add(watch.Elapsed.TotalMilliseconds);
                }
            }
        }

        Console.WriteLine($"three {BenchRig.SourceWidth}x{BenchRig.SourceHeight} to {rig.Geometry.Width}x{rig.Geometry.Height}, 4:2:0, 2 threads, median of {rounds}");
        var medians = times.Select(t => t.Order().ElementAt(t.Count / 2)).ToArray();
        for (var i = 0; i < contestants.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{contestants[i].Name,-28} {medians[i],8:F2} ms {1000 / medians[i],7:F1} fps"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ratio OpenCV / Rig {medians[^1] / medians[0]:F2}"));
        return 0;
    }
}
