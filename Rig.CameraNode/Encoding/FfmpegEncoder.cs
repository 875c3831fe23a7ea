using System.Diagnostics;
using System.IO.Pipes;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Encoding;

/// <summary>
/// One ffmpeg process that encodes pictures one by one, in order. Started ahead of its first picture, it waits for it with all
/// libraries loaded.
/// </summary>
internal sealed class FfmpegEncoder : IDisposable
{
    private const int PipeBytes = 1 << 20;
    private readonly EncoderSettings settings;
    private readonly Process process;
    private readonly Stream input;
    private Thread? reader;
    private volatile string? lastError;

    /// <exception cref="InvalidOperationException">ffmpeg cannot be started; the message says what to install.</exception>
    internal FfmpegEncoder(EncoderSettings settings)
    {
        this.settings = settings;
        try
        {
            process = Process.Start(new ProcessStartInfo("ffmpeg", settings.FfmpegArguments())
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException("ffmpeg could not be started; install the package ffmpeg.", e);
        }

        input = process.StandardInput.BaseStream;
        if (input is AnonymousPipeClientStream pipe)
        {
            Posix.TryEnlargePipe(pipe.SafePipeHandle, PipeBytes);
        }

        process.ErrorDataReceived += (_, line) => lastError = line.Data ?? lastError;
        process.BeginErrorReadLine();
    }

    internal bool HasExited => process.HasExited;

    /// <summary>What ffmpeg last complained of.</summary>
    internal string LastError => lastError ?? "ffmpeg said nothing";

    /// <summary>From now on each access unit is given to <paramref name="onUnit"/> on a thread of the encoder's.</summary>
    internal void BeginRead(Action<ReadOnlyMemory<byte>> onUnit)
    {
        reader = new Thread(() => Read(onUnit)) { IsBackground = true, Name = "encoder output" };
        reader.Start();
    }

    /// <summary>Gives the next picture; waits while the encoder is busy.</summary>
    /// <exception cref="IOException">The encoder is gone.</exception>
    internal void Write(ReadOnlySpan<byte> picture) => input.Write(picture);

    /// <summary>No picture follows. Returns when the last access unit was handed out.</summary>
    /// <returns>The encoder ended well.</returns>
    internal bool Finish(TimeSpan patience)
    {
        try
        {
            input.Dispose();
        }
        catch (IOException)
        {
        }

        var inTime = process.WaitForExit(patience);
        if (!inTime)
        {
            process.Kill();
        }

        reader?.Join();
        return inTime && process.ExitCode == 0;
    }

    internal void Kill() => process.Kill();

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        reader?.Join();
        process.Dispose();
    }

    private void Read(Action<ReadOnlyMemory<byte>> onUnit)
    {
        var output = process.StandardOutput.BaseStream;
        var splitter = new AccessUnitSplitter(settings.Codec);
        var buffer = new byte[256 << 10];
        try
        {
            for (int got; (got = output.Read(buffer)) > 0;)
            {
                splitter.Push(buffer.AsSpan(0, got), onUnit);
            }

            // A killed encoder leaves half a picture; only a clean end completes the last one.
            if (process.WaitForExit(TimeSpan.FromSeconds(1)) && process.ExitCode == 0)
            {
                splitter.End(onUnit);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            lastError = e.Message;
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
