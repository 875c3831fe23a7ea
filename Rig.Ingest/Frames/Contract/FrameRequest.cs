using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Rig.Domain.Frames;
using Rig.Domain.Json;

namespace Rig.Ingest.Frames;

/// <summary>A picture as it came: what its sender says of it, and its bytes.</summary>
internal sealed record FrameRequest(FrameMeta Meta, ReadOnlyMemory<byte> Jpeg)
{
    private const int MaxMetaBytes = 16 * 1024;
    private const int MaxFormBytes = 4096;

    /// <summary>The most that a request with a picture of this size may have: base64 and the form around it.</summary>
    public static int MaxBodyBytes(int maxFrameBytes) => ((maxFrameBytes + 2) / 3 * 4) + MaxMetaBytes + MaxFormBytes;

    /// <param name="body">The whole body.</param>
    /// <exception cref="FrameRefusal">400 or 413.</exception>
    public static async Task<FrameRequest> ReadAsync(string? contentType, ReadOnlyMemory<byte> body, int maxFrameBytes, CancellationToken cancellationToken)
    {
        var (meta, jpeg) = MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            ? await FormAsync(HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), body, maxFrameBytes, cancellationToken)
            : Json(body, maxFrameBytes);
        var read = MetaReader.Frame(meta);
        return Check(read, jpeg) is { } problem ? throw new FrameRefusal(400, problem) : new FrameRequest(read, jpeg);
    }

    /// <exception cref="FrameRefusal">400.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return StrictJson.Parse(json, maxDepth: 8).RootElement is { ValueKind: JsonValueKind.Object } found ? found : throw FrameRefusal.Json();
        }
        catch (JsonException)
        {
            throw FrameRefusal.Json();
        }
    }

    public string Sha256() => Convert.ToHexStringLower(SHA256.HashData(Jpeg.Span));

    private static string? Check(FrameMeta meta, ReadOnlyMemory<byte> jpeg) =>
        !JpegHeader.TryRead(jpeg.Span, out var header, out var problem) ? problem
        : header.Width > FrameContract.MaxWidth || header.Height > FrameContract.MaxHeight ? "image is too large"
        : header.Width != meta.Width || header.Height != meta.Height ? "image size does not match meta"
        : null;

    private static async Task<(JsonElement Meta, ReadOnlyMemory<byte> Jpeg)> FormAsync(string boundary, ReadOnlyMemory<byte> body, int maxFrameBytes, CancellationToken cancellationToken)
    {
        if (boundary.Length is 0 or > 200)
        {
            throw new FrameRefusal(400, "invalid multipart");
        }

        ReadOnlyMemory<byte>? image = null;
        JsonElement? meta = null;
        try
        {
            using var stream = new MemoryStream(ToArray(body), writable: false);
            var reader = new MultipartReader(boundary, stream) { BodyLengthLimit = maxFrameBytes + 1L };
            while (await reader.ReadNextSectionAsync(cancellationToken) is { } section)
            {
                switch (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) ? HeaderUtilities.RemoveQuotes(disposition.Name).ToString() : "")
                {
                    case "image" when image is null:
                        image = await ReadAsync(section.Body, maxFrameBytes, cancellationToken);
                        break;
                    case "meta" when meta is null:
                        meta = Parse(await ReadAsync(section.Body, MaxMetaBytes, cancellationToken));
                        break;
                    default:
                        break;
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw e.Message.Contains("limit", StringComparison.Ordinal) ? FrameRefusal.TooLarge() : new FrameRefusal(400, "invalid multipart");
        }

        return (meta ?? throw FrameRefusal.Missing("meta"), image ?? throw FrameRefusal.Missing("image"));
    }

    private static (JsonElement Meta, ReadOnlyMemory<byte> Jpeg) Json(ReadOnlyMemory<byte> body, int maxFrameBytes)
    {
        var meta = Parse(body);
        _ = MetaReader.Frame(meta);
        var text = MetaReader.Required(meta, "image_b64");
        if (text.ValueKind != JsonValueKind.String || !text.TryGetBytesFromBase64(out var jpeg) || jpeg.Length == 0)
        {
            throw new FrameRefusal(400, "invalid image_b64");
        }

        return jpeg.Length <= maxFrameBytes ? (meta, jpeg) : throw FrameRefusal.TooLarge();
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream section, int maxBytes, CancellationToken cancellationToken)
    {
        using var copy = new MemoryStream();
        await section.CopyToAsync(copy, cancellationToken);
        return copy.Length <= maxBytes ? copy.GetBuffer().AsMemory(0, (int)copy.Length) : throw FrameRefusal.TooLarge();
    }

    private static byte[] ToArray(ReadOnlyMemory<byte> body) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(body, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : body.ToArray();
}
