using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

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
