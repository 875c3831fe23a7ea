using System.Diagnostics;
using System.IO.Pipes;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Capture.Live;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Encoding;

/// <summary>
/// One ffmpeg process that encodes pictures one by one, in order. Started ahead of its first picture, it waits for it with all
/// libraries loaded.
/// </summary>
internal sealed class FfmpegEncoder : IVideoEncoder
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

    public bool HasExited => process.HasExited;

    public string LastError => lastError ?? "ffmpeg said nothing";

    public bool TakesLent => false;

    public void BeginRead(Action<CodedPicture> onUnit)
    {
        reader = new Thread(() => Read(onUnit)) { IsBackground = true, Name = "encoder output" };
        reader.Start();
    }

    public void Write(Yuv420Frame picture, long stampUs) => input.Write(picture.Data);

    public void WriteLent(LivePicture picture, long stampUs) => throw new NotSupportedException("ffmpeg reads pictures from a pipe.");

    public bool Finish(TimeSpan patience)
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

    public void Kill() => process.Kill();

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        reader?.Join();
        process.Dispose();
    }

    private void Read(Action<CodedPicture> onUnit)
    {
        var output = process.StandardOutput.BaseStream;
        var splitter = new AccessUnitSplitter(settings.Codec);
        var buffer = new byte[256 << 10];
        try
        {
            for (int got; (got = output.Read(buffer)) > 0;)
            {
                splitter.Push(buffer.AsSpan(0, got), unit => onUnit(new CodedPicture(unit, null)));
            }

            // A killed encoder leaves half a picture; only a clean end completes the last one.
            if (process.WaitForExit(TimeSpan.FromSeconds(1)) && process.ExitCode == 0)
            {
                splitter.End(unit => onUnit(new CodedPicture(unit, null)));
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
