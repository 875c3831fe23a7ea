using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Rig.Tests.Support;

namespace Rig.Tests.Capture;

/// <summary>What an independent reader makes of a video file.</summary>
internal static class Ffmpeg
{
    /// <summary>Every frame's number as the test pattern carries it, decoded from the picture.</summary>
    internal static async Task<IReadOnlyList<int>> PatternNumbersAsync(string file)
    {
        var raw = await RunAsync("ffmpeg", ["-v", "error", "-i", file, "-fps_mode", "passthrough", "-vf", "format=gray,crop=16:16:0:0", "-f", "rawvideo", "pipe:1"]);
        var numbers = new List<int>();
        for (var frame = 0; frame + 256 <= raw.Length; frame += 256)
        {
            var number = 0;
            for (var bit = 0; bit < 16; bit++)
            {
                var centre = frame + (((bit / 4 * 4) + 1) * 16) + (bit % 4 * 4) + 1;
                number |= (raw[centre] > 125 ? 1 : 0) << bit;
            }

            numbers.Add(number);
        }

        return numbers;
    }

    /// <summary>Presentation times in seconds, in file order.</summary>
    internal static async Task<IReadOnlyList<double>> TimesAsync(string file)
    {
        var text = System.Text.Encoding.UTF8.GetString(
            await RunAsync("ffprobe", ["-v", "error", "-select_streams", "v:0", "-show_entries", "packet=pts_time", "-of", "csv=p=0", file]));
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line.Trim().TrimEnd(','), CultureInfo.InvariantCulture))];
    }

    internal static async Task<JsonElement> StreamAsync(string file)
    {
        var json = await RunAsync("ffprobe", ["-v", "error", "-show_streams", "-show_format", "-of", "json", file]);
        return JsonDocument.Parse(json).RootElement.Clone();
    }

    /// <summary>Decodes all the files, one after the other, and counts their frames; any fault in one fails the test.</summary>
    internal static async Task<long> CountDecodedAsync(TempFolder folder, IReadOnlyList<string> files)
    {
        var list = folder.File("decode.txt");
        await File.WriteAllLinesAsync(list, files.Select(file => $"file '{file}'"));
        var progress = System.Text.Encoding.UTF8.GetString(await RunAsync(
            "ffmpeg", ["-v", "error", "-xerror", "-f", "concat", "-safe", "0", "-i", list, "-fps_mode", "passthrough", "-progress", "pipe:1", "-nostats", "-f", "null", "-"]));
        return long.Parse(progress.Split('\n').Last(line => line.StartsWith("frame=", StringComparison.Ordinal))["frame=".Length..], CultureInfo.InvariantCulture);
    }

    /// <summary>Writes an H.264 MP4 of ffmpeg's own moving test picture.</summary>
    /// <param name="size">Width and height with an x between them.</param>
    internal static Task PatternAsync(string file, string size, int fps, int seconds) =>
        RunAsync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", $"testsrc2=s={size}:r={fps}:d={seconds}", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "file:" + file]);

    internal static async Task<byte[]> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await errors}");
        Assert.Equal("", await errors);
        return output.ToArray();
    }
}
