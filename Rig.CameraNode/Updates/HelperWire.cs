using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Rig.CameraNode.Updates;

/// <summary>
/// What the node and the helper that installs say to each other over the helper's socket. A message is its length in 4 bytes, the
/// highest first, and JSON. <c>install</c> is answered by <c>send</c>, then the archive's bytes follow and nothing else until
/// <c>ready</c>; <c>rollback</c> is answered by <c>ready</c>; <c>switch</c> then by <c>switched</c>. <c>refused</c> ends it anywhere. Who hangs
/// up before <c>switch</c> has changed nothing that runs.
/// </summary>
internal static class HelperWire
{
    public const string Install = "install";
    public const string Rollback = "rollback";
    public const string Switch = "switch";

    public const string Send = "send";
    public const string Ready = "ready";
    public const string Switched = "switched";
    public const string Refused = "refused";

    private const int MaxMessageBytes = 64 * 1024;

    public static Task WriteAsync(Stream stream, HelperOrder order, CancellationToken cancellationToken) =>
        WriteAsync(stream, order, HelperJson.Default.HelperOrder, cancellationToken);

    public static Task WriteAsync(Stream stream, HelperAnswer answer, CancellationToken cancellationToken) =>
        WriteAsync(stream, answer, HelperJson.Default.HelperAnswer, cancellationToken);

    /// <exception cref="IOException">The other side hung up, or what it sent is no message.</exception>
    public static Task<HelperOrder> ReadOrderAsync(Stream stream, CancellationToken cancellationToken) => ReadAsync(stream, HelperJson.Default.HelperOrder, cancellationToken);

    /// <inheritdoc cref="ReadOrderAsync"/>
    public static Task<HelperAnswer> ReadAnswerAsync(Stream stream, CancellationToken cancellationToken) => ReadAsync(stream, HelperJson.Default.HelperAnswer, cancellationToken);

    private static async Task WriteAsync<T>(Stream stream, T message, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message, type);
        var framed = new byte[4 + json.Length];
        BinaryPrimitives.WriteInt32BigEndian(framed, json.Length);
        json.CopyTo(framed, 4);
        await stream.WriteAsync(framed, cancellationToken);
    }

    private static async Task<T> ReadAsync<T>(Stream stream, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length, cancellationToken);
        var bytes = BinaryPrimitives.ReadInt32BigEndian(length);
        if (bytes is < 2 or > MaxMessageBytes)
        {
            throw new InvalidDataException($"A message of {bytes} bytes is none.");
        }

        var json = new byte[bytes];
        await stream.ReadExactlyAsync(json, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new InvalidDataException("The message is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException("The message cannot be read.", e);
        }
    }
}

/// <param name="Manifest">With <see cref="HelperWire.Install"/>: the signed bytes.</param>
/// <param name="Restart">With <see cref="HelperWire.Switch"/>: the node is started again and watched; else the version is taken as it is.</param>
internal sealed record HelperOrder(string Action, byte[]? Manifest = null, byte[]? Signature = null, bool Restart = true);

/// <param name="Error">With <see cref="HelperWire.Refused"/>: a sentence for the person.</param>
internal sealed record HelperAnswer(string Step, string? Version = null, string? Error = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(HelperOrder))]
[JsonSerializable(typeof(HelperAnswer))]
internal sealed partial class HelperJson : JsonSerializerContext;
