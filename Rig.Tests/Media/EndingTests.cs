using Rig.Media;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Media;

/// <summary>ffmpeg that waits forever, for a pipe that nobody writes, is gone once nobody wants it any more.</summary>
public sealed class EndingTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private readonly TempFolder folder = new();

    private string Endless => folder.File("endless.mp4");

    [Fact]
    public async Task A_cancelled_probe_ends_ffprobe()
    {
        await PrepareAsync();
        using var stop = new CancellationTokenSource();
        var probing = MediaProbe.ReadAsync(Endless, stop.Token);
        await Eventually.HoldsAsync(() => ProcessesOf.Any(Endless));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probing.WaitAsync(Timeout));
        Assert.False(ProcessesOf.Any(Endless));
    }

    [Fact]
    public async Task A_token_that_is_cancelled_long_after_a_probe_does_no_harm()
    {
        using var stop = new CancellationTokenSource();
        var file = folder.File("short.mp4");
        await Ffmpeg.PatternAsync(file, "64x48", fps: 10, seconds: 1);
        Assert.Equal(64, (await MediaProbe.ReadAsync(file, stop.Token)).Video!.Width);

        await stop.CancelAsync();
    }

    [Fact]
    public async Task A_cancelled_read_ends_the_decoder()
    {
        await PrepareAsync();
        using var stop = new CancellationTokenSource();
        await using var reader = FrameReader.Start(new MediaInput(Endless));
        var reading = reader.ReadAsync(new byte[100], stop.Token).AsTask();
        await Eventually.HoldsAsync(() => ProcessesOf.Any(Endless));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Timeout));
        await Eventually.HoldsAsync(() => !ProcessesOf.Any(Endless));
    }

    [Fact]
    public async Task A_reader_that_is_left_takes_its_decoder_along()
    {
        await PrepareAsync();
        using (FrameReader.Start(new MediaInput(Endless)))
        {
            await Eventually.HoldsAsync(() => ProcessesOf.Any(Endless));
        }

        Assert.False(ProcessesOf.Any(Endless));
    }

    [Fact]
    public async Task A_writer_that_is_left_takes_its_encoder_along_and_leaves_no_pipe()
    {
        var target = folder.File("left.mp4");
        string pipe;
        await using (var writer = FrameWriter.Start(new RawVideo(64, 48, 10), null, ["-c:v", "libx264"], target))
        {
            await writer.WriteAsync(new byte[64 * 48 * 3 / 2], CancellationToken.None).WaitAsync(Timeout);
            pipe = Assert.Single(ProcessesOf.CommandLines(target)).Split('\0').Single(word => word.StartsWith("unix:", StringComparison.Ordinal))["unix:".Length..];
            Assert.True(File.Exists(pipe));
        }

        Assert.False(ProcessesOf.Any(target));
        Assert.False(File.Exists(pipe));
    }

    [Fact]
    public async Task A_cancelled_write_leaves_the_writer_to_be_disposed_at_once()
    {
        await PrepareAsync();
        // The encoder waits for its second input and takes no picture until then.
        await using (var writer = FrameWriter.Start(new RawVideo(640, 480, 10), new MediaInput(Endless), ["-c:v", "libx264"], folder.File("waiting.mp4")))
        {
            using var stop = new CancellationTokenSource();
            var writing = Task.Run(async () =>
            {
                for (var frame = new byte[640 * 480 * 3 / 2]; ;)
                {
                    await writer.WriteAsync(frame, stop.Token);
                }
            });
            await Eventually.HoldsAsync(() => ProcessesOf.Any(Endless));
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing.WaitAsync(Timeout));
        }

        Assert.False(ProcessesOf.Any(Endless));
    }

    [Fact]
    public async Task A_transcode_that_takes_too_long_or_is_cancelled_is_ended_and_leaves_no_file()
    {
        await PrepareAsync();
        var target = folder.File("out.mp4");
        var late = await Assert.ThrowsAsync<TimeoutException>(() => Transcode.ToFileAsync(new MediaInput(Endless), [], target, TimeSpan.FromMilliseconds(300), CancellationToken.None));
        Assert.Contains("endless.mp4", late.Message, StringComparison.Ordinal);
        Assert.False(ProcessesOf.Any(Endless));

        using var stop = new CancellationTokenSource();
        var transcoding = Transcode.ToFileAsync(new MediaInput(Endless), [], target, Timeout, stop.Token);
        await Eventually.HoldsAsync(() => ProcessesOf.Any(Endless));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transcoding.WaitAsync(Timeout));
        Assert.False(ProcessesOf.Any(Endless));
        Assert.False(File.Exists(target));
    }

    public void Dispose() => folder.Dispose();

    private Task PrepareAsync() => Ffmpeg.RunAsync("mkfifo", [Endless]);
}
