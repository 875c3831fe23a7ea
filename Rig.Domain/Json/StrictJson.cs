using System.Text.Json;

namespace Rig.Domain.Json;

/// <summary>
/// JSON from outside whose texts can all be read: <see cref="JsonDocument"/> takes texts that are no Unicode (broken UTF-8, half a surrogate
/// pair) and fails only when one of them is asked for.
/// </summary>
public static class StrictJson
{
    /// <exception cref="JsonException">Not one JSON value, nested deeper, or with a text that is no Unicode.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8Json, int maxDepth)
    {
        utf8Json = utf8Json[ByteOrderMark.LengthIn(utf8Json.Span)..];
        var reader = new Utf8JsonReader(utf8Json.Span, new JsonReaderOptions { MaxDepth = maxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    _ = reader.GetString();
                }
            }
        }
        catch (InvalidOperationException)
        {
            throw new JsonException("it holds a text that is not valid Unicode");
        }

        return JsonDocument.Parse(utf8Json, new JsonDocumentOptions { MaxDepth = maxDepth });
    }
}
