using System.Collections.Frozen;
using System.Text.Json;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Rig.Viewer.Storage;

/// <summary>The one spelling of names in the database, in JSON and on the command line.</summary>
internal static class SnakeCase
{
    public static string Of(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => Of(value.ToString());

    /// <summary>Exact match only: no numbers, no other case.</summary>
    public static bool TryParse<TEnum>(string? text, out TEnum value)
        where TEnum : struct, Enum
    {
        value = default;
        return text is not null && Names<TEnum>.ByText.TryGetValue(text, out value);
    }

    public static string Choices<TEnum>()
        where TEnum : struct, Enum => string.Join(", ", Enum.GetValues<TEnum>().Select(Of));

    // Thousands of events are read for a season.
    private static class Names<TEnum>
        where TEnum : struct, Enum
    {
        public static readonly FrozenDictionary<string, TEnum> ByText = Enum.GetValues<TEnum>().ToFrozenDictionary(Of, StringComparer.Ordinal);
    }
}

/// <exception cref="InvalidOperationException">The database holds a value that this program does not know.</exception>
internal sealed class SnakeCaseEnumConverter<TEnum>() : ValueConverter<TEnum, string>(value => SnakeCase.Of(value), text => Parse(text))
    where TEnum : struct, Enum
{
    private static TEnum Parse(string text) => SnakeCase.TryParse<TEnum>(text, out var value)
        ? value
        : throw new InvalidOperationException($"The database holds '{text}' where this program knows {SnakeCase.Choices<TEnum>()}.");
}
