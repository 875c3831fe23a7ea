using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Rig.Ingest.Accounts;

/// <summary>A person's name here, such as <c>Ann</c>.</summary>
/// <param name="Text">As it is shown.</param>
/// <param name="Key">As it is compared: <c>ANN</c> and <c>ann</c> are one person.</param>
public sealed record AccountName(string Text, string Key)
{
    public const string Rule = "A name has 1 to 64 characters and no control characters, such as Ann.";
    private const int MaxLength = 64;

    public static bool TryParse(string? text, [NotNullWhen(true)] out AccountName? name)
    {
        name = null;
        var trimmed = text?.Trim() ?? "";
        if (trimmed.Length is 0 or > MaxLength || trimmed.Any(char.IsControl) || !IsUnicode(trimmed))
        {
            return false;
        }

        name = new AccountName(trimmed, trimmed.ToLowerInvariant());
        return true;
    }

    /// <summary>Half of a surrogate pair is no character, and the database does not take it.</summary>
    private static bool IsUnicode(string text)
    {
        for (var i = 0; i < text.Length; i += Rune.GetRuneAt(text, i).Utf16SequenceLength)
        {
            if (!Rune.TryGetRuneAt(text, i, out _))
            {
                return false;
            }
        }

        return true;
    }

    public override string ToString() => Text;
}
