using System.Globalization;
using System.Text.Json;
using FFMpegCore;
using FFMpegCore.Exceptions;

namespace Rig.Media;

/// <summary>Asks ffprobe about a file.</summary>
public static class MediaProbe
{
    // Only what is read here: FFMpegCore's parser gives up the whole file for one odd tag in the rest.
    private const string Facts =
        "-protocol_whitelist file,pipe -show_entries \"format=duration,start_time:format_tags=creation_time"
        + ":stream=index,codec_type,codec_name,width,height,avg_frame_rate,duration,start_time,pix_fmt,sample_aspect_ratio,color_range,color_space,color_transfer"
        + ":stream_tags=none:stream_disposition=none:stream_side_data_list=side_data_type,rotation,displaymatrix"
        + ":stream_side_data=side_data_type,rotation,displaymatrix:chapter=none:chapter_tags=none\"";

    private const string Packets = "-protocol_whitelist file,pipe -print_format json=compact=1 -select_streams v:0 -show_entries packet=pts_time:packet_side_data=none";

    /// <summary>It reads heads only. On a busy machine starting a program alone has taken 25 s.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>For callers with a thread of their own.</summary>
    /// <exception cref="MediaUnavailableException">ffprobe took longer than 60 s, or was ended.</exception>
    /// <exception cref="MediaException">Not a media file.</exception>
    public static MediaFacts Read(string path) => Task.Run(() => ReadAsync(path, CancellationToken.None)).GetAwaiter().GetResult();

    /// <inheritdoc cref="Read"/>
    public static async Task<MediaFacts> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var analysis = await AskAsync(path, Timeout, (file, options, stop) => FFProbe.AnalyseAsync(file, options, Facts, stop), cancellationToken);
        DateTimeOffset? created = analysis.Format.Tags?.GetValueOrDefault("creation_time") is { } text
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : null;
        var duration = analysis.Format.Duration.TotalSeconds;
        if (duration <= 0 && analysis.PrimaryVideoStream is not null)
        {
            // Written by something that could not go back to the file's head, or was cut off.
            duration = Span(await PacketTimesAsync(path, cancellationToken), analysis.PrimaryVideoStream.AverageFrameRate);
        }

        var video = analysis.PrimaryVideoStream is { } first ? Video(first, analysis.Format, duration) : null;
        return new MediaFacts(duration, created, video, analysis.PrimaryAudioStream is not null);
    }

    /// <summary>Whether it can be opened and has video, from its head alone.</summary>
    /// <inheritdoc cref="Read"/>
    public static async Task<bool> HasVideoAsync(string path, CancellationToken cancellationToken) =>
        (await AskAsync(path, Timeout, (file, options, stop) => FFProbe.AnalyseAsync(file, options, Facts, stop), cancellationToken)).PrimaryVideoStream is not null;

    private static VideoFacts Video(VideoStream stream, MediaFormat format, double fileSeconds)
    {
        var lead = Math.Max(0, (stream.StartTime - format.StartTime).TotalSeconds);
        return new VideoFacts(
            stream.CodecName ?? "", stream.Width ?? 0, stream.Height ?? 0, double.IsFinite(stream.AverageFrameRate) ? stream.AverageFrameRate : 0,
            stream.Duration > TimeSpan.Zero ? stream.Duration.TotalSeconds : format.Duration > TimeSpan.Zero ? Math.Max(0, fileSeconds - lead) : fileSeconds,
            stream.StartTime.TotalSeconds, lead, Form(stream));
    }

    private static double Span(IReadOnlyList<double?> packets, double framesPerSecond)
    {
        var frame = double.IsFinite(framesPerSecond) && framesPerSecond > 0 ? 1 / framesPerSecond : 0;
        var seconds = packets.OfType<double>().ToArray();
        // A stream without a container has no times.
        return seconds.Length > 0 ? seconds.Max() - seconds.Min() + frame : packets.Count * frame;
    }

    private static PictureForm Form(VideoStream stream)
    {
        var (across, down) = stream.SampleAspectRatio;
        var matrix = stream.SideData?.FirstOrDefault(data => data.ContainsKey("displaymatrix")) is { } side ? side["displaymatrix"].ToString() : null;
        return new PictureForm(
            stream.PixelFormat ?? "", across > 0 && down > 0 ? (double)across / down : 1, Said(stream.ColorRange), Said(stream.ColorSpace), Said(stream.ColorTransfer),
            stream.Rotation, matrix is not null && !IsUpright(matrix));
    }

    private static string Said(string? name) => name is null or "unknown" or "unspecified" ? "" : name;

    /// <param name="matrix">Three lines of an address and three numbers in 1/65536.</param>
    private static bool IsUpright(string matrix)
    {
        long[] numbers = [.. matrix.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(word => !word.EndsWith(':')).Select(word => long.TryParse(word, CultureInfo.InvariantCulture, out var n) ? n : 0)];
        return numbers is [> 0, 0, _, 0, > 0, ..];
    }

    /// <summary>Presentation times of the first video stream's packets, in seconds, in file order. Reads the whole file.</summary>
    /// <exception cref="MediaException">Not a media file.</exception>
    public static async Task<IReadOnlyList<double>> PacketSecondsAsync(string path, CancellationToken cancellationToken) =>
        [.. (await PacketTimesAsync(path, cancellationToken)).OfType<double>()];

    private static async Task<IReadOnlyList<double?>> PacketTimesAsync(string path, CancellationToken cancellationToken)
    {
        var packets = await AskAsync(path, System.Threading.Timeout.InfiniteTimeSpan, (file, options, stop) => FFProbe.GetPacketsAsync(file, options, Packets, stop), cancellationToken);
        return [.. (packets?.Packets ?? []).Select(packet => Seconds(packet.PtsTime))];
    }

    private static async Task<T> AskAsync<T>(
        string path, TimeSpan timeout, Func<string, FFOptions, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(path);
        cancellationToken.ThrowIfCancellationRequested();
        using var file = ProbedFile.Open(path);
        // FFMpegCore never lets go of the token that it is given, and throws out of its Cancel once the process is gone.
        using var stop = new CancellationTokenSource();
        var answer = ask(file.Path, FfmpegPrograms.Options(), stop.Token);
        try
        {
            return await answer.WaitAsync(timeout, cancellationToken);
        }
        catch (Exception e) when (!answer.IsCompleted && e is TimeoutException or OperationCanceledException)
        {
            await EndAsync(stop, answer);
            cancellationToken.ThrowIfCancellationRequested();
            throw new MediaUnavailableException($"ffprobe did not answer about {name} within {timeout.TotalSeconds:0} s.", e);
        }
        catch (FFProbeProcessException e)
        {
            var complaints = new Complaints(file.Path, name);
            foreach (var line in e.StandardError)
            {
                complaints.Add(line);
            }

            // Whatever it refuses it complains about.
            throw e.StandardError.Any(line => !string.IsNullOrWhiteSpace(line))
                ? new MediaException($"ffprobe cannot read {name}: {complaints}.", e)
                : new MediaUnavailableException($"ffprobe was ended before it had read {name}.", e);
        }
        catch (Exception e) when (e is FFMpegException or JsonException or FormatException or ArgumentException or OverflowException or InvalidOperationException)
        {
            throw new MediaException($"ffprobe says of {name} what cannot be understood: {e.Message}", e);
        }
    }

    /// <summary>Kills ffprobe and waits until it is gone.</summary>
    private static async Task EndAsync(CancellationTokenSource stop, Task answer)
    {
        try
        {
            await stop.CancelAsync();
        }
        catch (AggregateException)
        {
            // It had just ended.
        }

        await answer.ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    /// <param name="text">Hours, minutes and seconds between colons.</param>
    private static double? Seconds(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var total = 0.0;
        foreach (var part in text.TrimStart('-').Split(':'))
        {
            if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                return null;
            }

            total = (total * 60) + value;
        }

        return text[0] == '-' ? -total : total;
    }
}
