using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Rig.Media.Processes;

namespace Rig.Media;

/// <summary>
/// A file's pictures as raw 4:2:0 frames, decoded by an ffmpeg process that is killed when the reader is disposed. Used by one thread at
/// a time.
/// </summary>
/// <remarks>
/// Reads a pipe of its own: FFMpegCore closes its output pipe as soon as ffmpeg has ended, and what a slower reader had not taken by then
/// is lost without an error.
/// </remarks>
public sealed partial class FrameReader : IAsyncDisposable, IDisposable
{
    private const int PipeBytes = 1 << 20;
    private const int SetPipeSize = 1031;
    private readonly MediaInput input;
    private readonly Process process;
    private readonly Stream output;
    private readonly Complaints complaints;
    private readonly Task complaining;
    private bool disposed;

    private FrameReader(MediaInput input, Process process)
    {
        (this.input, this.process, output, complaints) = (input, process, process.StandardOutput.BaseStream, new Complaints(input.Path, input.Name));
        complaining = complaints.ReadAsync(process.StandardError);
        if (output is AnonymousPipeClientStream pipe)
        {
            // Saves context switches; an unprivileged process may be refused, and nothing is lost then.
            _ = Fcntl(pipe.SafePipeHandle, SetPipeSize, PipeBytes);
        }
    }

    internal int ProcessId => process.Id;

    /// <param name="options">Of the output, word by word: filters, frame rate, number of frames.</param>
    /// <exception cref="MediaUnavailableException">ffmpeg is not installed.</exception>
    public static FrameReader Start(MediaInput input, params IReadOnlyList<string> options) =>
        StartProcess(input, ["-map", "0:v:0", .. options, "-f", "rawvideo", "-pix_fmt", "yuv420p"]);

    /// <summary>The sound instead of the pictures: one channel of 16-bit samples, least significant byte first; a frame is as many as asked for.</summary>
    /// <param name="hz">Samples a second.</param>
    /// <param name="zeroSeconds">Of the file's time stamps: the first sample is of this time, and silence stands where there is no sound.</param>
    /// <exception cref="MediaUnavailableException">ffmpeg is not installed.</exception>
    public static FrameReader StartSound(string path, int hz, double zeroSeconds) => StartProcess(
        new MediaInput(path) { Options = ["-copyts"] },
        [
            "-map", "0:a:0", "-ac", "1", "-af", FormattableString.Invariant($"asetpts=PTS-({zeroSeconds:0.######})/TB,aresample={hz}:async=1:first_pts=0"),
            "-f", "s16le",
        ]);

    private static FrameReader StartProcess(MediaInput input, IReadOnlyList<string> output)
    {
        string[] words = ["-hide_banner", "-nostdin", "-loglevel", "error", .. input.Words, "-i", input.Url, .. output, "pipe:1"];
        var program = FfmpegPrograms.Find("ffmpeg") ?? throw new MediaUnavailableException(FfmpegPrograms.NotInstalled);
        try
        {
            return new FrameReader(input, ChildProcess.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true }));
        }
        catch (Win32Exception e)
        {
            throw new MediaUnavailableException(FfmpegPrograms.NotInstalled, e);
        }
    }

    /// <returns>False at the end; a torn last picture counts as none.</returns>
    public bool Read(Span<byte> frame) => output.ReadAtLeast(frame, frame.Length, throwOnEndOfStream: false) == frame.Length;

    /// <summary>As <see cref="Read"/>; a cancelled read kills ffmpeg.</summary>
    public async ValueTask<bool> ReadAsync(Memory<byte> frame, CancellationToken cancellationToken)
    {
        using var killing = cancellationToken.UnsafeRegister(static reader => ((FrameReader)reader!).process.Kill(), this);
        var whole = await output.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false, cancellationToken) == frame.Length;
        cancellationToken.ThrowIfCancellationRequested();
        return whole;
    }

    /// <summary>Waits for ffmpeg's end, after the last picture.</summary>
    /// <returns>What ffmpeg complained of, though it went on.</returns>
    /// <exception cref="MediaException">ffmpeg failed.</exception>
    public async Task<string> FinishAsync(CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static reader => ((FrameReader)reader!).process.Kill(), this))
        {
            await process.WaitForExitAsync(CancellationToken.None);
            await complaining;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return process.ExitCode == 0
            ? complaints.ToString()
            : throw new MediaException($"ffmpeg cannot decode {input.Name}: {complaints}.");
    }

    /// <summary>Waits for the end of the process, which is at hand once its output has ended.</summary>
    /// <returns>What ffmpeg complained of.</returns>
    public string Finish()
    {
        process.WaitForExit();
        complaining.Wait();
        return complaints.ToString();
    }

    public void Dispose()
    {
        if (!disposed)
        {
            disposed = true;
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!disposed)
        {
            disposed = true;
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            await complaining;
            process.Dispose();
        }
    }

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Fcntl(SafeHandle file, int command, nint argument);
}
