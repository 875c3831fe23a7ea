namespace Rig.Domain.Json;

/// <summary>U+FEFF in UTF-8, with which some programs begin their files and requests. It is no part of the JSON behind it.</summary>
public static class ByteOrderMark
{
    private static ReadOnlySpan<byte> Utf8 => "\uFEFF"u8;

    /// <returns>How many bytes to skip: 3 where the text begins with a mark, else 0.</returns>
    public static int LengthIn(ReadOnlySpan<byte> utf8) => utf8.StartsWith(Utf8) ? Utf8.Length : 0;
}
