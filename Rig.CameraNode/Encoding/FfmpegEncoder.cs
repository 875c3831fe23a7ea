using System.Diagnostics;
using System.IO.Pipes;
using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.Media.Processes;

namespace Rig.CameraNode.Encoding;

/// <summary>
/// One ffmpeg process that encodes pictures one by one, in order. Started ahead of its first picture, it waits for it with all
/// libraries loaded.
/// </summary>
internal sealed class FfmpegEncoder : IVideoEncoder
{
    private const int PipeBytes = 1 << 20;
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(5);
    private readonly EncoderSettings settings;
    private readonly Process process;
    private readonly SplicedPipe pictures;
    private Thread? reader;
    private volatile string? lastError;

    /// <exception cref="InvalidOperationException">ffmpeg cannot be started; the message says what to install.</exception>
    internal FfmpegEncoder(EncoderSettings settings)
    {
        this.settings = settings;
        try
        {
            process = ChildProcess.Start(new ProcessStartInfo("ffmpeg", settings.FfmpegArguments())
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException("ffmpeg could not be started; install the package ffmpeg.", e);
        }

        var input = ((AnonymousPipeClientStream)process.StandardInput.BaseStream).SafePipeHandle;
        Posix.TryEnlargePipe(input, PipeBytes);
        pictures = new SplicedPipe(input);

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

    public void Write(Yuv420Frame picture, long stampUs, Action<Yuv420Frame> onRead) => pictures.Write(picture, onRead);

    public void WriteLent(LivePicture picture, long stampUs) => throw new NotSupportedException("ffmpeg reads pictures from a pipe.");

    public bool Finish(TimeSpan timeout)
    {
        pictures.Dispose();
        var inTime = process.WaitForExit(timeout);
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
        pictures.HandBackAll();
        pictures.Dispose();
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
                pictures.HandBackRead();
            }

            // A killed encoder leaves half a picture; only a clean end completes the last one.
            if (process.WaitForExit(ExitTimeout) && process.ExitCode == 0)
            {
                splitter.End(unit => onUnit(new CodedPicture(unit, null)));
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            lastError = e.Message;
        }

        // Without its output it is of no use, and all pictures may be in its pipe: nothing would be written that shows its end.
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.WaitForExit();
        pictures.HandBackAll();
    }
}
