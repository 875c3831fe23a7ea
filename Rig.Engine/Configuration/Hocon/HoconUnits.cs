using System.Globalization;

namespace Rig.Engine.Configuration.Hocon;

/// <summary>Numbers with units, and dotted paths.</summary>
internal static class HoconUnits
{
    public static bool TryParseDuration(string text, bool allowInfinite, out TimeSpan value)
    {
        value = Timeout.InfiniteTimeSpan;
        text = text.Trim();
        if (text is "infinite" or "infinity")
            return allowInfinite;
        if (!TrySplit(text, out var number, out var unit))
            return false;
        double? ticks = unit switch
        {
            "ns" or "nano" or "nanos" or "nanosecond" or "nanoseconds" => 0.01,
            "us" or "micro" or "micros" or "microsecond" or "microseconds" => 10,
            "" or "ms" or "milli" or "millis" or "millisecond" or "milliseconds" => TimeSpan.TicksPerMillisecond,
            "s" or "second" or "seconds" => TimeSpan.TicksPerSecond,
            "m" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
            "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
            "d" or "day" or "days" => TimeSpan.TicksPerDay,
            _ => null,
        };
        if (ticks is not { } perUnit || number * perUnit > TimeSpan.MaxValue.Ticks || number < 0)
            return false;
        value = TimeSpan.FromTicks((long)Math.Round(number * perUnit));
        return true;
    }

    public static bool TryParseSize(string text, out long value)
    {
        value = 0;
        if (!TrySplit(text.Trim(), out var number, out var unit))
            return false;
        double? bytes = unit switch
        {
            "" or "B" or "b" or "byte" or "bytes" => 1,
            "kB" or "kilobyte" or "kilobytes" => 1e3,
            "MB" or "megabyte" or "megabytes" => 1e6,
            "GB" or "gigabyte" or "gigabytes" => 1e9,
            "K" or "k" or "Ki" or "KiB" or "kibibyte" or "kibibytes" => 1L << 10,
            "M" or "m" or "Mi" or "MiB" or "mebibyte" or "mebibytes" => 1L << 20,
            "G" or "g" or "Gi" or "GiB" or "gibibyte" or "gibibytes" => 1L << 30,
            _ => null,
        };
        if (bytes is not { } perUnit || number < 0 || number * perUnit > long.MaxValue)
            return false;
        value = (long)Math.Round(number * perUnit);
        return true;
    }

    private static bool TrySplit(string text, out double number, out string unit)
    {
        var end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '-' or '+'))
            end++;
        unit = text[end..].Trim();
        return double.TryParse(text.AsSpan(0, end), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }
}

internal static class HoconPath
{
    /// <summary>Splits at dots outside quotes.</summary>
    public static List<string> Split(string path)
    {
        var elements = new List<string>();
        var element = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var c in path)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == '.' && !quoted)
            {
                elements.Add(element.ToString());
                element.Clear();
            }
            else
            {
                element.Append(c);
            }
        }

        elements.Add(element.ToString());
        return elements;
    }
}

/// <summary>Writes a resolved tree.</summary>
internal static class HoconWriter
{
    public static string Write(HoconObject root)
    {
        var text = new System.Text.StringBuilder();
        WriteFields(text, root, 0);
        return text.ToString();
    }

    public static IEnumerable<string> Leaves(HoconObject section, string prefix)
    {
        foreach (var (key, value) in section.Fields)
        {
            var path = prefix + Key(key);
            if (value is HoconObject inner)
            {
                foreach (var leaf in Leaves(inner, path + "."))
                    yield return leaf;
            }
            else
            {
                yield return path;
            }
        }
    }

    private static void WriteFields(System.Text.StringBuilder text, HoconObject section, int depth)
    {
        foreach (var (key, value) in section.Fields)
        {
            text.Append(' ', depth * 2).Append(Key(key));
            if (value is HoconObject inner)
            {
                text.AppendLine(" {");
                WriteFields(text, inner, depth + 1);
                text.Append(' ', depth * 2).AppendLine("}");
            }
            else
            {
                text.Append(" = ").AppendLine(Value(value));
            }
        }
    }

    private static string Key(string key) =>
        key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? key : Quote(key);

    public static string Value(HoconNode node) => node switch
    {
        HoconText text => text.Text.Length > 0 && !text.IsQuoted && text.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? text.Text : Quote(text.Text),
        HoconArray array => $"[{string.Join(", ", array.Items.Select(Value))}]",
        HoconObject inner => $"{{ {string.Join(", ", inner.Fields.Select(field => $"{Key(field.Key)} = {Value(field.Value)}"))} }}",
        _ => "null",
    };

    private static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal) + "\"";
}
