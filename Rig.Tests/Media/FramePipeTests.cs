using Rig.Media;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Media;

public sealed class FramePipeTests : IDisposable
{
    private const int Width = 160;
    private const int Height = 96;
    private readonly TempFolder folder = new();

    [Fact]
    public async Task A_reader_that_comes_after_the_decoder_has_ended_still_gets_every_picture()
    {
        var file = folder.File("short.mp4");
        await Ffmpeg.PatternAsync(file, $"{Width}x{Height}", fps: 20, seconds: 1);
        // 20 pictures of 23 kB are in the pipe before the first is read.
        await using var reader = FrameReader.Start(new MediaInput(file));
        await Eventually.HoldsAsync(() => !File.Exists($"/proc/{reader.ProcessId}/fd/1"));

        var frames = 0;
        for (var frame = new byte[Width * Height * 3 / 2]; await reader.ReadAsync(frame, CancellationToken.None);)
        {
            frames++;
        }

        await reader.FinishAsync(CancellationToken.None);
        Assert.Equal(20, frames);
    }

    [Fact]
    public async Task What_is_written_is_what_is_read()
    {
        var file = folder.File("levels.mkv");
        await using (var writer = FrameWriter.Start(new RawVideo(Width, Height, 25), null, ["-c:v", "ffv1"], file))
        {
            for (var i = 0; i < 50; i++)
            {
                await writer.WriteAsync(Level(i), CancellationToken.None);
            }

            await writer.FinishAsync(CancellationToken.None);
        }

        using var reader = FrameReader.Start(new MediaInput(file) { FromSeconds = 1 }, "-fps_mode", "passthrough");
        var frame = new byte[Width * Height * 3 / 2];
        for (var i = 25; i < 50; i++)
        {
            Assert.True(reader.Read(frame));
            Assert.Equal(Level(i), frame);
        }

        Assert.False(reader.Read(frame));
    }

    [Fact]
    public async Task An_encoder_that_ends_early_is_said_and_not_waited_for()
    {
        await using var writer = FrameWriter.Start(new RawVideo(Width, Height, 25), null, ["-c:v", "no_such_encoder"], folder.File("out.mp4"));

        var failure = await Assert.ThrowsAsync<MediaException>(async () =>
        {
            for (var frame = Level(0); ;)
            {
                await writer.WriteAsync(frame, CancellationToken.None);
            }
        });

        Assert.Contains("out.mp4", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no_such_encoder", failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static byte[] Level(int level)
    {
        var frame = new byte[Width * Height * 3 / 2];
        Array.Fill(frame, (byte)level);
        return frame;
    }
}
