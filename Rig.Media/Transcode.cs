using System.Globalization;
using FFMpegCore;

namespace Rig.Media;

/// <summary>Runs of ffmpeg from file to file.</summary>
public static class Transcode
{
    /// <summary>Writes the input, or the stretch of it that is asked for, again.</summary>
    /// <param name="options">Of the output, word by word.</param>
    /// <param name="path">Overwritten; removed again when the run fails.</param>
    /// <exception cref="MediaException">ffmpeg failed.</exception>
    /// <exception cref="TimeoutException">It took too long; it is gone now.</exception>
    public static Task ToFileAsync(MediaInput input, IReadOnlyList<string> options, string path, TimeSpan timeout, CancellationToken cancellationToken) =>
        ToFileAsync([input], options, path, timeout, cancellationToken);

    /// <summary>Makes one file of several inputs, which <c>-map</c> and filters number from 0.</summary>
    /// <inheritdoc cref="ToFileAsync(MediaInput, IReadOnlyList{string}, string, TimeSpan, CancellationToken)"/>
    public static async Task ToFileAsync(IReadOnlyList<MediaInput> inputs, IReadOnlyList<string> options, string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            await new FfmpegRun(Prepare(inputs, MediaInput.FileUrl(path), options), inputs[0].Path, $"Transcoding {inputs[0].Name}").WaitAsync(timeout, cancellationToken);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Cuts a stretch out without encoding again: it begins at the key frame at or before its start.</summary>
    /// <inheritdoc cref="ToFileAsync(MediaInput, IReadOnlyList{string}, string, TimeSpan, CancellationToken)" path="/exception"/>
    public static Task CutAsync(MediaInput stretch, string path, TimeSpan timeout, CancellationToken cancellationToken) =>
        ToFileAsync(stretch, ["-map", "0", "-c", "copy", "-avoid_negative_ts", "make_zero"], path, timeout, cancellationToken);

    /// <summary>Decodes every frame as a player would, and counts them.</summary>
    /// <exception cref="MediaException">A frame cannot be decoded, or the file is none.</exception>
    /// <exception cref="TimeoutException">It took too long; it is gone now.</exception>
    public static async Task<long> CountFramesAsync(string path, TimeSpan timeout, CancellationToken cancellationToken)
    {
        long? frames = null;
        var input = new MediaInput(path) { Options = ["-xerror"] };
        var processor = Prepare([input], "/dev/null", ["-map", "0:v:0", "-fps_mode", "passthrough", "-progress", "pipe:1", "-nostats", "-f", "null"])
            .NotifyOnStandardOutput(line => frames = line.StartsWith("frame=", StringComparison.Ordinal) ? long.Parse(line["frame=".Length..], CultureInfo.InvariantCulture) : frames);
        await new FfmpegRun(processor, path, $"Decoding {input.Name}").WaitAsync(timeout, cancellationToken);
        return frames ?? throw new MediaException($"ffmpeg counted no frames in {input.Name}.");
    }

    private static FFMpegArgumentProcessor Prepare(IReadOnlyList<MediaInput> inputs, string output, IReadOnlyList<string> options)
    {
        var arguments = FFMpegArguments.FromFileInput(CommandLine.Escape(inputs[0].Url), verifyExists: false, before => before.WithCustomArgument($"{FfmpegRun.Quiet} {CommandLine.Quote(inputs[0].Words)}"));
        foreach (var input in inputs.Skip(1))
        {
            arguments = arguments.AddFileInput(CommandLine.Escape(input.Url), verifyExists: false, before => before.WithCustomArgument(CommandLine.Quote(input.Words)));
        }

        return arguments.OutputToFile(CommandLine.Escape(output), overwrite: true, before => before.WithCustomArgument(CommandLine.Quote(options)));
    }
}
