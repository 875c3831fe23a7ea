using System.Diagnostics;
using System.Globalization;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage.Check;
using Rig.Domain.Recordings;
using Rig.Tests.Capture;
using Rig.Tests.Storage;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Faults;

/// <summary>
/// <c>kill -9</c> at random moments. <c>RIG_CRASH_KILLS</c> sets how often (scripts/crash-loop.sh: 2,000), <c>RIG_CRASH_SEED</c>
/// another seed.
/// </summary>
public sealed class KilledRecorderTests(ITestOutputHelper output)
{
    /// <summary>R2 of docs/design/recording.md.</summary>
    private const long MayBeLostNs = 250_000_000;

    /// <summary>Frames of a fragment: what the recorder has taken and not handed to the system yet.</summary>
    private const int FragmentFrames = 5;

    private const int Lanes = 2;

    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    private static int Kills => Setting("RIG_CRASH_KILLS", 100);

    private static int Seed => Setting("RIG_CRASH_SEED", 20261121);

    [Fact]
    public async Task A_recorder_killed_at_any_moment_loses_at_most_a_quarter_second_and_leaves_only_whole_takes()
    {
        var lanes = await Task.WhenAll(Enumerable.Range(0, Lanes).Select(lane => Task.Run(() => KillAsync(Seed + lane, (Kills + Lanes - 1) / Lanes))));
        var all = lanes.SelectMany(kills => kills).ToList();
        output.WriteLine($"{all.Count} kills, {all.Count(kill => kill.Repaired)} takes repaired, {all.Count(kill => kill.Waiting > 0)} kills while frames waited for a busy machine (at most {all.Max(kill => kill.Waiting)})");
        Assert.True(all.Count >= Kills);
        Assert.Contains(all, kill => kill.MustBeThere > 0 && kill.Repaired);
    }

    private static async Task<IReadOnlyList<Kill>> KillAsync(int seed, int count)
    {
        using var folder = new TempFolder("rig-killed");
        RecorderHost.WriteFrames(RecorderHost.FramesIn(folder.Path), SampleVideo.Frames());
        var random = new Random(seed);
        var kills = new List<Kill>();
        using var handed = new HandedFrames(RecorderHost.HandedIn(folder.Path));
        for (var n = 0; n < count; n++)
        {
            handed.Clear();
            var run = string.Create(CultureInfo.InvariantCulture, $"RUN{n:0000}");
            using var host = Process.Start(new ProcessStartInfo(
                "dotnet", [typeof(KilledRecorderTests).Assembly.Location, "record-host", folder.Path, run, random.Next().ToString(CultureInfo.InvariantCulture)])
            { RedirectStandardError = true })!;

            long killedNs;
            try
            {
                // Mostly while it records, sometimes while it still repairs what the last one left.
                if (random.Next(8) > 0)
                {
                    await UntilAsync(() => handed.Frames > 0 || host.HasExited, host);
                }

                await RealTime.PassAsync(TimeSpan.FromMilliseconds(random.Next(0, 450)));
                Assert.False(host.HasExited, host.HasExited ? await host.StandardError.ReadToEndAsync() : "");
            }
            finally
            {
                killedNs = MonotonicClock.NowNs;
                host.Kill();
                await host.WaitForExitAsync().WaitAsync(Timeout);
            }

            var inTime = handed.HandedBy(killedNs - MayBeLostNs);
            var taken = (int)Math.Max(0, handed.Taken - FragmentFrames);
            kills.Add(new Kill(run, handed.Take, Math.Min(inTime, taken), Math.Max(0, inTime - taken), handed.SealedTake, handed.DurableTake));
        }

        return await VerifyAsync(folder, kills);
    }

    private static async Task<IReadOnlyList<Kill>> VerifyAsync(TempFolder folder, List<Kill> kills)
    {
        var bench = new TakeBench(folder);
        var catalogue = await bench.RestartAsync();
        var report = StorageCheck.Run(bench.Storage);
        Assert.Empty(report.Findings);
        var takes = catalogue.List();
        Assert.Equal(takes.Count, report.Takes);
        var results = new List<Kill>();
        foreach (var kill in kills)
        {
            for (var take = 1L; take <= Math.Max(kill.SealedTake, kill.DurableTake); take++)
            {
                var acknowledged = catalogue.Find(RecorderHost.Id(kill.Run, take));
                Assert.True(acknowledged is not null, $"{kill.Run}, take {take} was acknowledged and is gone");
                Assert.True(take > kill.SealedTake || acknowledged.EndReason == TakeEndReason.Stopped);
            }

            var entry = kill.Take > 0 ? catalogue.Find(RecorderHost.Id(kill.Run, kill.Take)) : null;
            Assert.True((entry?.Frames ?? 0) >= kill.MustBeThere, $"{kill.Run}, take {kill.Take} has {entry?.Frames} frames of at least {kill.MustBeThere}");
            results.Add(kill with { Repaired = entry?.EndReason == TakeEndReason.Repaired });
        }

        Assert.Equal(takes.Sum(take => take.Frames), await Ffmpeg.CountDecodedAsync(folder, [.. takes.Select(take => take.FilePath)]));
        return results;
    }

    private static Task UntilAsync(Func<bool> condition, Process host) =>
        Eventually.HoldsAsync(condition, () => $"The host {host.Id} does not record.", Timeout, TimeSpan.FromMilliseconds(2));

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    /// <param name="Take">The take that ran; 0 when none did yet.</param>
    /// <param name="MustBeThere">Its frames that were handed over longer ago than may be lost, less those that waited.</param>
    /// <param name="Waiting">Those that still waited to be written because the machine did not keep up.</param>
    private sealed record Kill(string Run, long Take, int MustBeThere, int Waiting, long SealedTake, long DurableTake, bool Repaired = false);
}
