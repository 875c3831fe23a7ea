using FFMpegCore;
using FFMpegCore.Pipes;

namespace Rig.Media;

/// <summary>Raw 4:2:0 pictures for ffmpeg to encode.</summary>
/// <param name="FramesPerSecond">Null for a single picture.</param>
public sealed record RawVideo(int Width, int Height, double? FramesPerSecond)
{
    internal IReadOnlyList<string> Words =>
    [
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{Width}x{Height}", .. FramesPerSecond is { } fps ? ["-r", MediaInput.Number(fps)] : Array.Empty<string>(),
    ];
}

/// <summary>Encodes raw frames to a file through an ffmpeg process. Disposing before <see cref="FinishAsync"/> kills it.</summary>
public sealed class FrameWriter : IAsyncDisposable
{
    private readonly Source source;
    private readonly FfmpegRun run;
    private readonly string name;

    private FrameWriter(Source source, FfmpegRun run, string name) => (this.source, this.run, this.name) = (source, run, name);

    /// <param name="second">A second input, number 1 in <c>-map</c>.</param>
    /// <param name="options">Of the output, word by word.</param>
    /// <param name="path">Overwritten.</param>
    public static FrameWriter Start(RawVideo video, MediaInput? second, IReadOnlyList<string> options, string path)
    {
        var source = new Source(video);
        var arguments = FFMpegArguments.FromPipeInput(source, input => input.WithCustomArgument(FfmpegRun.Quiet));
        if (second is not null)
        {
            arguments = arguments.AddFileInput(CommandLine.Escape(second.Url), verifyExists: false, input => input.WithCustomArgument(CommandLine.Quote(second.Words)));
        }

        var processor = arguments.OutputToFile(CommandLine.Escape(MediaInput.FileUrl(path)), overwrite: true, output => output.WithCustomArgument(CommandLine.Quote(options)));
        var name = Path.GetFileName(path);
        return new FrameWriter(source, new FfmpegRun(processor, path, $"Encoding {name}"), name);
    }

    /// <exception cref="MediaException">ffmpeg has ended; the message is what it said.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        await Task.WhenAny(source.Ready, run.Ended).WaitAsync(cancellationToken);
        try
        {
            if (source.Ready.IsCompletedSuccessfully)
            {
                await (await source.Ready).WriteAsync(frame, cancellationToken);
                return;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The pipe breaks when ffmpeg ends; why it ended is said below.
        }

        await run.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
        throw new MediaException($"ffmpeg was done with {name} before its last picture came.");
    }

    /// <summary>Ends the file.</summary>
    /// <exception cref="MediaException">ffmpeg failed; the message is what it said.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        source.End();
        await run.WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await run.StopAsync();
        source.End();
    }

    /// <summary>Hands out the pipe that FFMpegCore opens, and keeps it open until the last frame.</summary>
    private sealed class Source(RawVideo video) : IPipeSource
    {
        private readonly TaskCompletionSource<Stream> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Stream> Ready => ready.Task;

        public string GetStreamArguments() => CommandLine.Quote(video.Words);

        public Task WriteAsync(Stream outputStream, CancellationToken cancellationToken)
        {
            ready.TrySetResult(outputStream);
            return ended.Task.WaitAsync(cancellationToken);
        }

        public void End() => ended.TrySetResult();
    }
}
