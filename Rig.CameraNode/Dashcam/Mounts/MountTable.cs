
namespace Rig.CameraNode.Dashcam.Mounts;

/// <summary>Reads <c>/proc/self/mountinfo</c>, see proc(5).</summary>
internal static class MountTable
{
    /// <param name="IsReadOnly">Of the mount or of the file system.</param>
    internal sealed record Entry(string Path, string Source, bool IsReadOnly);

    internal static IReadOnlyList<Entry> Parse(string text)
    {
        var entries = new List<Entry>();
        foreach (var line in text.Split('\n'))
        {
            // 36 35 98:0 /root /mount/point options optional-fields - type source super-options
            var fields = line.Split(' ');
            var dash = Array.IndexOf(fields, "-");
            if (fields.Length >= 10 && dash >= 6 && dash + 3 < fields.Length)
            {
                entries.Add(new Entry(Unescape(fields[4]), Unescape(fields[dash + 2]), IsReadOnly(fields[5]) || IsReadOnly(fields[dash + 3])));
            }
        }

        return entries;
    }

    private static bool IsReadOnly(string options) => options.Split(',').Contains("ro");

    /// <summary>Blanks, tabs, line breaks and backslashes come as three octal digits.</summary>
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var bytes = new List<byte>();
        var raw = System.Text.Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '\\' && i + 3 < raw.Length && raw[(i + 1)..(i + 4)].All(digit => digit is >= (byte)'0' and <= (byte)'7'))
            {
                bytes.Add((byte)(((raw[i + 1] - '0') << 6) | ((raw[i + 2] - '0') << 3) | (raw[i + 3] - '0')));
                i += 3;
            }
            else
            {
                bytes.Add(raw[i]);
            }
        }

        return System.Text.Encoding.UTF8.GetString([.. bytes]);
    }
}
