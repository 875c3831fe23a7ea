using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Rig.CameraNode.Updates;

/// <summary>A version as semver.org 2.0.0 orders them: <c>1.10.0</c> after <c>1.9.0</c>, <c>1.0.0-rc.2</c> before <c>1.0.0</c>. Build data after <c>+</c> does not belong to it.</summary>
internal sealed class ReleaseVersion : IComparable<ReleaseVersion>
{
    /// <summary>It also names a folder.</summary>
    private const int MaxLength = 32;

    private const string Number = "(?:0|[1-9][0-9]{0,8})";

    private static readonly Regex Form = new(
        $@"\A({Number})\.({Number})\.({Number})(?:-((?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*))?\z", RegexOptions.Compiled);

    private readonly string text;
    private readonly int[] numbers;
    private readonly string[] preRelease;

    private ReleaseVersion(string text, Match parts)
    {
        this.text = text;
        numbers = [.. Enumerable.Range(1, 3).Select(n => int.Parse(parts.Groups[n].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))];
        preRelease = parts.Groups[4].Success ? parts.Groups[4].Value.Split('.') : [];
    }

    public static bool TryParse(string? text, [NotNullWhen(true)] out ReleaseVersion? version)
    {
        version = text is { Length: <= MaxLength } && Form.Match(text) is { Success: true } parts ? new ReleaseVersion(text, parts) : null;
        return version is not null;
    }

    public int CompareTo(ReleaseVersion? other)
    {
        if (other is null)
        {
            return 1;
        }

        for (var n = 0; n < numbers.Length; n++)
        {
            if (numbers[n] != other.numbers[n])
            {
                return numbers[n].CompareTo(other.numbers[n]);
            }
        }

        if (preRelease.Length == 0 || other.preRelease.Length == 0)
        {
            return other.preRelease.Length.CompareTo(preRelease.Length);
        }

        for (var n = 0; n < Math.Min(preRelease.Length, other.preRelease.Length); n++)
        {
            if (CompareParts(preRelease[n], other.preRelease[n]) is not 0 and var order)
            {
                return order;
            }
        }

        return preRelease.Length.CompareTo(other.preRelease.Length);
    }

    public override string ToString() => text;

    // Numbers may be longer than any type holds; without leading zeros the longer one is the larger one.
    private static int CompareParts(string one, string other) => (one.All(char.IsAsciiDigit), other.All(char.IsAsciiDigit)) switch
    {
        (true, true) when one.Length != other.Length => one.Length.CompareTo(other.Length),
        (true, false) => -1,
        (false, true) => 1,
        _ => string.CompareOrdinal(one, other),
    };
}
