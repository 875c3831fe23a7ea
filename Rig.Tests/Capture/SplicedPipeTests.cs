using System.Diagnostics;
using System.IO.Pipes;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;

namespace Rig.Tests.Capture;

public sealed class SplicedPipeTests
{
    private const int Width = 640, Height = 360;

    [Fact]
    public async Task Pictures_arrive_as_they_were_though_each_buffer_is_filled_again_as_soon_as_it_is_handed_back()
    {
        using var cat = Start("cat");
        using var pipe = Pipe(cat);
        var free = new Stack<Yuv420Frame>(Enumerable.Range(0, 8).Select(_ => new Yuv420Frame(Width, Height)));
        const int Pictures = 60;
        var arrived = Task.Run(() =>
        {
            var (picture, good) = (new byte[Width * Height * 3 / 2], 0);
            while (cat.StandardOutput.BaseStream.ReadAtLeast(picture, picture.Length, throwOnEndOfStream: false) == picture.Length && picture.All(b => b == (byte)good))
            {
                good++;
            }

            return good;
        });

        var waited = Stopwatch.StartNew();
        for (var n = 0; n < Pictures; n++)
        {
            while (free.Count == 0)
            {
                Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"No buffer came back after {n} pictures.");
                pipe.HandBackRead();
            }

            var picture = free.Pop();
            picture.Data.AsSpan().Fill((byte)n);
            pipe.Write(picture, back =>
            {
                back.Data.AsSpan().Fill(255);
                free.Push(back);
            });
        }

        pipe.Dispose();
        Assert.Equal(Pictures, await arrived.WaitAsync(TimeSpan.FromSeconds(30)));
        pipe.HandBackAll();
        Assert.Equal(8, free.Count);
    }

    [Fact]
    public void What_the_process_has_not_read_is_not_handed_back_before_it_is_gone()
    {
        using var sleeper = Start("sleep", "60");
        using var pipe = Pipe(sleeper);
        var back = new List<Yuv420Frame>();
        Yuv420Frame[] pictures = [new(Width, Height), new(Width, Height)];
        foreach (var picture in pictures)
        {
            pipe.Write(picture, back.Add);
            pipe.HandBackRead();
        }

        Assert.Empty(back);
        sleeper.Kill();
        sleeper.WaitForExit();
        pipe.HandBackAll();
        Assert.Equal(pictures, back);
    }

    [Fact]
    public void A_process_that_is_gone_is_an_error_and_the_picture_comes_back_all_the_same()
    {
        using var ended = Start("true");
        ended.WaitForExit();
        using var pipe = Pipe(ended);
        var back = new List<Yuv420Frame>();
        var picture = new Yuv420Frame(Width, Height);
        var error = Assert.Throws<PosixException>(() => pipe.Write(picture, back.Add));
        Assert.Equal(PosixException.Epipe, error.Errno);
        pipe.HandBackAll();
        Assert.Equal([picture], back);
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    private static SplicedPipe Pipe(Process process)
    {
        var pipe = ((AnonymousPipeClientStream)process.StandardInput.BaseStream).SafePipeHandle;
        Posix.TryEnlargePipe(pipe, 1 << 20);
        return new SplicedPipe(pipe);
    }
}
