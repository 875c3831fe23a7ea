using Rig.Media;
using Rig.Tests.Support;

namespace Rig.Tests.Media;

/// <summary>Whatever a file is called, it is that file, and never an option, a pattern, an address or two files.</summary>
public sealed class FileNameTests : IDisposable
{
    private const int Width = 64;
    private const int Height = 48;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly TempFolder folder = new();

    [Theory]
    [InlineData("-y")]
    [InlineData("two words  and more")]
    [InlineData("\"quoted\"")]
    [InlineData("it's \"half")]
    [InlineData("\" -f lavfi -i \"testsrc2")]
    [InlineData("100%d of %20 %%")]
    [InlineData("back\\slash\\\"")]
    [InlineData("http:name")]
    [InlineData("a,b;c|d[0]=é'")]
    [InlineData("line\nfeed")]
    [InlineData("ends in a backslash\\", "")]
    public async Task It_is_probed_decoded_encoded_transcoded_and_cut(string name, string extension = ".mp4")
    {
        var (written, copied, cut, still) = (folder.File(name + extension), folder.File("copy " + name + extension), folder.File("cut " + name + extension), folder.File(name + ".jpg"));
        var picture = new byte[Width * Height * 3 / 2];
        await using (var writer = FrameWriter.Start(new RawVideo(Width, Height, 10), null, ["-c:v", "libx264", "-g", "5", "-bf", "0", "-f", "mp4"], written))
        {
            for (var i = 0; i < 20; i++)
            {
                await writer.WriteAsync(picture, CancellationToken.None);
            }

            await writer.FinishAsync(CancellationToken.None);
        }

        var facts = await MediaProbe.ReadAsync(written, CancellationToken.None);
        Assert.Equal(new VideoFacts("h264", Width, Height, 10, 2, 0, 0, PictureForm.Plain), facts.Video! with { Form = PictureForm.Plain });
        Assert.Equal(2, facts.DurationSeconds);
        Assert.False(facts.HasAudio);
        Assert.Equal(Enumerable.Range(0, 20).Select(i => i / 10.0), (await MediaProbe.PacketSecondsAsync(written, CancellationToken.None)).Order());

        await Transcode.ToFileAsync(new MediaInput(written), ["-c:v", "libx264", "-f", "mp4"], copied, Timeout, CancellationToken.None);
        Assert.Equal(20, await Transcode.CountFramesAsync(copied, Timeout, CancellationToken.None));

        if (extension.Length > 0)
        {
            await Transcode.CutAsync(new MediaInput(written) { FromSeconds = 0.5, DurationSeconds = 1 }, cut, Timeout, CancellationToken.None);
            Assert.Equal(10, await Transcode.CountFramesAsync(cut, Timeout, CancellationToken.None));
        }

        await using (var reader = FrameReader.Start(new MediaInput(written) { FromSeconds = 1.5 }))
        {
            var frames = 0;
            while (await reader.ReadAsync(picture, CancellationToken.None))
            {
                frames++;
            }

            await reader.FinishAsync(CancellationToken.None);
            Assert.Equal(5, frames);
        }

        await Still.WriteJpegAsync(picture, Width, Height, 32, still, CancellationToken.None);
        var jpeg = (await MediaProbe.ReadAsync(still, CancellationToken.None)).Video!;
        Assert.Equal(("mjpeg", 32, 24), (jpeg.Codec, jpeg.Width, jpeg.Height));
    }

    [Fact]
    public void A_relative_name_that_begins_with_a_dash_is_made_whole() =>
        Assert.StartsWith("file:/", new MediaInput("-y").Url, StringComparison.Ordinal);

    [Fact]
    public async Task A_list_of_files_cannot_name_an_address()
    {
        var list = folder.File("list.txt");
        await File.WriteAllTextAsync(list, "ffconcat version 1.0\nfile 'http://127.0.0.1:9/x.mp4'\n");

        var failure = await Assert.ThrowsAsync<MediaException>(
            () => Transcode.ToFileAsync(new MediaInput(list) { Options = ["-safe", "0", "-f", "concat"] }, [], folder.File("out.mp4"), Timeout, CancellationToken.None));

        Assert.Contains("not on whitelist", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
