using System.Buffers.Binary;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Ingest.Stitch;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Video;
using Rig.Tests.Capture;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Stitch;

/// <summary>Cameras whose clocks were never compared with anybody's: sound and pictures say when they recorded.</summary>
public sealed class WrongClockTests(ITestOutputHelper output)
{
    private const int Width = 960;
    private const int Height = 540;
    private const int Fps = 25;
    private const double Seconds = 12;
    private const int Hz = 8000;

    [Theory]
    [InlineData("later than its time stamp", 4.4, 0)]
    [InlineData("earlier than its time stamp", -3.6, 0)]
    [InlineData("the time at which it ended", 0, Seconds)]
    public async Task A_camera_that_is_off_by_seconds_or_by_its_whole_length_is_put_right_by_what_moves(string what, double filmedLater, double stampedLater)
    {
        using var folder = new TempFolder();
        var left = await SyntheticTakes.RecordAsync(folder.Path, CameraId.Left, Width, Height, Fps, Seconds);
        var center = await SyntheticTakes.RecordAsync(folder.Path, CameraId.Center, Width, Height, Fps, Seconds, lateBy: TimeSpan.FromSeconds(filmedLater));
        center = center with
        {
            Manifest = center.Manifest with
            {
                Timing = center.Manifest.Timing with { NtpSynced = false, StartTime = SyntheticTakes.Start.AddSeconds(stampedLater), EndTime = SyntheticTakes.Start.AddSeconds(stampedLater + Seconds) },
            },
        };

        _ = await new AlignStage(Options.Create(new StitchOptions()), NullLogger<AlignStage>.Instance)
            .RunAsync(SyntheticTakes.Context(folder.Path, left, center), new Progress<StageProgress>(), CancellationToken.None);

        var alignment = AlignmentFile.Parse(await File.ReadAllBytesAsync(folder.File("stitched", "alignment.json")));
        output.WriteLine($"{what}: {string.Join(", ", alignment.Cameras.Select(camera => $"{camera.SyncCorrectionMs} ms, {camera.SyncConfidence:F2}"))}");
        Assert.InRange(alignment.Cameras[1].SyncCorrectionMs - alignment.Cameras[0].SyncCorrectionMs, (1000 * (filmedLater - stampedLater)) - 20, (1000 * (filmedLater - stampedLater)) + 20);

        // The panorama begins when the first of them did.
        var begins = alignment.Cameras.Zip([left, center]).Min(each => (each.Second.Manifest.Timing.StartTime - alignment.StartTime).TotalMilliseconds + each.First.SyncCorrectionMs);
        Assert.InRange(begins, -1, 1);
    }

    [Fact]
    public async Task Cameras_that_never_recorded_together_are_refused_by_name_and_no_shift_is_made_up()
    {
        using var folder = new TempFolder();
        var left = await SyntheticTakes.RecordAsync(folder.Path, CameraId.Left, Width, Height, Fps, 8);
        var center = await SyntheticTakes.RecordAsync(folder.Path, CameraId.Center, Width, Height, Fps, 8, lateBy: TimeSpan.FromSeconds(600));
        center = center with { Manifest = center.Manifest with { Timing = center.Manifest.Timing with { NtpSynced = false, StartTime = SyntheticTakes.Start.AddMinutes(10), EndTime = SyntheticTakes.Start.AddMinutes(11) } } };

        var failure = await Assert.ThrowsAsync<StageFailedException>(() => new AlignStage(Options.Create(new StitchOptions()), NullLogger<AlignStage>.Instance)
            .RunAsync(SyntheticTakes.Context(folder.Path, left, center), new Progress<StageProgress>(), CancellationToken.None));

        Assert.Contains("CAM_L and CAM_C never recorded at the same time", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(37.3)]
    [InlineData(-141.8)]
    public async Task Sound_alone_says_by_how_many_minutes_two_clocks_differ(double later)
    {
        using var folder = new TempFolder();
        const double Whole = 400;
        const double Kept = 200;
        // Bursts at times that no period has, then each microphone's own hiss and level.
        await File.WriteAllBytesAsync(folder.File("all.raw"), Bursts((int)Whole));
        foreach (var (name, from, noise) in new[] { ("a", 150.0, 0.02), ("b", 150 + later, 0.01) })
        {
            await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-f", "s16le", "-ar", $"{Hz}", "-ac", "1", "-ss", Invariant($"{from}"), "-t", Invariant($"{Kept}"), "-i", folder.File("all.raw"),
                "-f", "lavfi", "-i", Invariant($"anoisesrc=r=8000:a={noise}:d={Kept}:seed={(int)name[0]}"), "-f", "lavfi", "-i", Invariant($"color=c=gray:s=64x48:r=5:d={Kept}"),
                "-filter_complex", "[0:a][1:a]amix=inputs=2:normalize=0[a]", "-map", "2:v", "-map", "[a]", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", folder.File(name + ".mp4")]);
        }

        var traces = new[] { "a", "b" }.Select((name, i) => SoundTrace.Of(
            new CameraTimeline(CameraId.Left, [new TimelinePiece(folder.File(name + ".mp4"), 3 * i, Kept)], 64, 48, 5, HasAudio: true), CancellationToken.None)!).ToArray();
        var best = OffsetSearch.Candidates(traces[0], traces[1], 3, CancellationToken.None)[0];

        output.WriteLine($"{best}");
        Assert.InRange(best.Seconds, later - 3 - 0.15, later - 3 + 0.15);
        Assert.InRange(best.Distinctness, 9, 1000);
    }

    private static byte[] Bursts(int seconds)
    {
        var (random, samples) = (new Random(5), new byte[2 * Hz * seconds]);
        for (var at = 0; at < samples.Length / 2; at += (Hz / 4) + random.Next(2 * Hz))
        {
            var (loudness, end) = (random.Next(2000, 20000), Math.Min(samples.Length / 2, at + (Hz / 10)));
            for (var i = at; i < end; i++)
            {
                BinaryPrimitives.WriteInt16LittleEndian(samples.AsSpan(2 * i), (short)random.Next(-loudness, loudness));
            }
        }

        return samples;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
