using System.Text;
using Rig.Media;
using Rig.Tests.Capture;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Media;

/// <summary>A file that ffmpeg cannot use becomes a sentence that names it and says why.</summary>
public sealed class OddFileTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly TempFolder folder = new();

    [Theory]
    [InlineData("empty.mp4", 0, "Invalid data")]
    [InlineData("torn.mp4", 3000, "moov atom not found")]
    [InlineData("text.mp4", -1, "Invalid data")]
    public async Task What_is_no_video_is_named_with_the_cause(string name, int lengthBytes, string cause)
    {
        var file = folder.File(name);
        await Ffmpeg.PatternAsync(folder.File("whole.mp4"), "160x96", fps: 10, seconds: 2);
        await File.WriteAllBytesAsync(file, lengthBytes < 0 ? Encoding.UTF8.GetBytes("not a video") : (await File.ReadAllBytesAsync(folder.File("whole.mp4")))[..lengthBytes]);

        foreach (var work in new Func<Task>[]
        {
            () => MediaProbe.ReadAsync(file, CancellationToken.None),
            () => MediaProbe.PacketSecondsAsync(file, CancellationToken.None),
            () => Transcode.CountFramesAsync(file, Timeout, CancellationToken.None),
            () => Transcode.ToFileAsync(new MediaInput(file), [], folder.File("out.mp4"), Timeout, CancellationToken.None),
            () => DecodeAsync(file),
        })
        {
            var failure = await Assert.ThrowsAsync<MediaException>(work);
            output.WriteLine(failure.Message);
            Assert.Contains(name, failure.Message, StringComparison.Ordinal);
            Assert.Contains(cause, failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(folder.Path, failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("0x", failure.Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(folder.File("out.mp4")));
    }

    [Fact]
    public async Task A_file_that_is_not_there_and_a_folder_that_cannot_be_written_are_named()
    {
        Assert.Contains("none.mp4", (await Assert.ThrowsAsync<MediaException>(() => MediaProbe.ReadAsync(folder.File("none.mp4"), CancellationToken.None))).Message, StringComparison.Ordinal);

        await using var writer = FrameWriter.Start(new RawVideo(64, 48, 10), null, ["-c:v", "libx264"], folder.File("nowhere", "out.mp4"));
        var failure = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            await writer.WriteAsync(new byte[64 * 48 * 3 / 2], CancellationToken.None);
            await writer.FinishAsync(CancellationToken.None);
        });
        Assert.Contains("No such file or directory", failure.Message, StringComparison.Ordinal);
        Assert.Contains("out.mp4", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sound_alone_is_no_video_but_a_file()
    {
        var file = folder.File("sound.m4a");
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "sine=d=1", "-metadata", "title=one", file]);

        var facts = await MediaProbe.ReadAsync(file, CancellationToken.None);

        Assert.True(facts.HasAudio);
        Assert.Null(facts.Video);
        Assert.InRange(facts.DurationSeconds, 0.9, 1.2);
    }

    [Fact]
    public async Task Odd_tags_do_no_harm()
    {
        var file = folder.File("tags.mkv");
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1", "-metadata", "MOOD=a", "-metadata:s:v", "rotate=x", "-metadata", "creation_time=2026-11-21T14:00:00Z", file]);

        var facts = await MediaProbe.ReadAsync(file, CancellationToken.None);

        Assert.Equal((64, 48, 10.0), (facts.Video!.Width, facts.Video.Height, facts.Video.FramesPerSecond));
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 14, 0, 0, TimeSpan.Zero), facts.Created);
    }

    [Fact]
    public async Task Files_of_others_with_something_odd_about_each_are_read_or_named()
    {
        if (RealFootage.OddFolder is not { } odd)
        {
            NotRun.Say(output, "there are no odd files beside the checkout");
            return;
        }

        foreach (var file in Directory.GetFiles(odd, "*.mp4"))
        {
            var name = Path.GetFileName(file);
            foreach (var work in new Func<Task<string>>[]
            {
                async () => $"{(await MediaProbe.ReadAsync(file, CancellationToken.None)).Video}",
                async () => $"{await Transcode.CountFramesAsync(file, Timeout, CancellationToken.None)} frames",
                async () => $"{await DecodeAsync(file)} times a kilobyte",
            })
            {
                try
                {
                    output.WriteLine($"{name}: {await work()}");
                }
                catch (MediaException e)
                {
                    output.WriteLine(e.Message);
                    Assert.Contains(name, e.Message, StringComparison.Ordinal);
                    Assert.DoesNotContain(odd, e.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    public void Dispose() => folder.Dispose();

    private static async Task<int> DecodeAsync(string file)
    {
        await using var reader = FrameReader.Start(new MediaInput(file));
        var pieces = 0;
        for (var piece = new byte[1024]; await reader.ReadAsync(piece, CancellationToken.None);)
        {
            pieces++;
        }

        await reader.FinishAsync(CancellationToken.None);
        return pieces;
    }
}
