using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Rig.Hosting.Trust;
using Rig.Ingest.Intake;
using Rig.Ingest.Settings;

namespace Rig.Ingest.Pull;

/// <summary>A camera node's REST routes, as far as offloading needs them. Every answer is bounded and nothing in it is trusted.</summary>
public sealed class NodeClient(INodeLines lines, IOptions<PullOptions> options, IOptions<ServerOptions> server, TimeProvider time) : INode
{
    private const int MaxListBytes = 8 << 20;
    private const int MaxReplyBytes = 64 << 10;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    /// <summary>Asks a node outside the cluster what it holds unconfirmed.</summary>
    /// <exception cref="PullException">The node does not answer as a node does.</exception>
    public async Task<NodeListing> ListAsync(string nodeUrl, CancellationToken cancellationToken)
    {
        var json = await GetBytesAsync(lines.To(nodeUrl, camera: null), $"{nodeUrl}/api/v1/recordings?offloaded=false", MaxListBytes, cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(json);
            var takes = new List<RemoteTake>();
            var problems = new List<string>();
            foreach (var entry in document.RootElement.GetProperty("recordings").EnumerateArray())
            {
                if (entry.TryGetProperty("offloaded", out var offloaded) && offloaded.ValueKind == JsonValueKind.True)
                {
                    continue;
                }

                var take = RemoteTake.TryCreate(
                    nodeUrl, Text(entry, "id"), Size(entry), Checksum(entry), server.Value.MaxUploadBytes, out var why);
                if (take is null)
                {
                    problems.Add(why);
                }
                else
                {
                    takes.Add(take);
                }
            }

            return new NodeListing(nodeUrl, takes, problems.FirstOrDefault());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new PullException($"{nodeUrl} did not answer with a list of recordings. Is it a camera node?", e);
        }
    }

    public Task<byte[]> GetManifestAsync(RemoteTake take, CancellationToken cancellationToken) =>
        GetBytesAsync(LineTo(take), $"{take.NodeUrl}/api/v1/recordings/{take.Id}/manifest", ManifestReader.MaxBytes, cancellationToken);

    public async Task<HttpResponseMessage> OpenRangeAsync(RemoteTake take, long offset, long length, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{take.NodeUrl}/api/v1/recordings/{take.Id}/download");
        request.Headers.Range = new RangeHeaderValue(offset, offset + length - 1);
        using var timeout = new CancellationTokenSource(options.Value.StallTimeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var response = await LineTo(take).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        var range = response.Content.Headers.ContentRange;
        if (response.StatusCode == HttpStatusCode.PartialContent && range is { HasLength: true, HasRange: true }
            && range.From == offset && range.To == offset + length - 1 && range.Length == take.SizeBytes)
        {
            return response;
        }

        using (response)
        {
            throw new PullException(response.StatusCode switch
            {
                HttpStatusCode.NotFound => $"The node no longer has {take.Id}.",
                HttpStatusCode.PartialContent => $"The node's {take.Id} has another size than it said ({range}).",
                HttpStatusCode.OK => $"{take.NodeUrl} does not serve parts of a recording (Range); update its software.",
                _ => $"The node answered {(int)response.StatusCode} when asked for {take.Id}.",
            });
        }
    }

    public async Task ConfirmAsync(RemoteTake take, string fileName, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["session_id"] = take.Id.SessionId.Value,
            ["camera_id"] = take.Id.CameraId.Value,
            ["file"] = fileName,
            ["checksum"] = new JsonObject { ["algo"] = "sha256", ["value"] = take.Sha256 },
        };
        if (lines.Receipt(take) is { } receipt)
        {
            body[SignedReceipt.Member] = receipt;
        }

        using var timeout = new CancellationTokenSource(Timeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await LineTo(take).PostAsync($"{take.NodeUrl}/api/v1/recordings/confirm", JsonContent.Create(body), deadline.Token);
            var reply = await ReadAsync(response, MaxReplyBytes, deadline.Token);
            if (!response.IsSuccessStatusCode || !IsSuccess(reply))
            {
                throw new PullException($"The node did not accept the confirmation of {take.Id} ({(int)response.StatusCode}). It is asked again.");
            }
        }
        catch (Exception e) when (IsConnection(e, cancellationToken))
        {
            throw new PullException($"The node could not be told that {take.Id} is safe ({e.Message}). It is told again.", e);
        }
    }

    private HttpClient LineTo(RemoteTake take) => lines.To(take.NodeUrl, take.Id.CameraId);

    private async Task<byte[]> GetBytesAsync(HttpClient http, string url, int maxBytes, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            return response.IsSuccessStatusCode
                ? await ReadAsync(response, maxBytes, deadline.Token)
                : throw new PullException($"The node answered {(int)response.StatusCode} to {new Uri(url).AbsolutePath}.");
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw new PullException($"What answers at {new Uri(url).GetLeftPart(UriPartial.Authority)} does not prove to be the camera that is meant. Is it enrolled in this rig, and is this server?", e);
        }
        catch (Exception e) when (IsConnection(e, cancellationToken))
        {
            throw new PullException($"The node at {new Uri(url).GetLeftPart(UriPartial.Authority)} does not answer. Is it on and in the network?", e);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new MemoryStream();
        var buffer = new byte[16 << 10];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (bytes.Length + read > maxBytes)
            {
                throw new PullException($"The node's answer is longer than {maxBytes} bytes.");
            }

            bytes.Write(buffer, 0, read);
        }

        return bytes.ToArray();
    }

    /// <summary>Includes our own deadline, but not the caller's wish to stop.</summary>
    private static bool IsConnection(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private static bool IsSuccess(byte[] reply)
    {
        try
        {
            using var document = JsonDocument.Parse(reply);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("success", out var success) && success.ValueKind == JsonValueKind.True;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Text(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static long Size(JsonElement entry) => entry.TryGetProperty("size_bytes", out var value) && value.TryGetInt64(out var size) ? size : 0;

    /// <summary>Nodes write a text or <c>{algo, value}</c>.</summary>
    private static string? Checksum(JsonElement entry) =>
        !entry.TryGetProperty("checksum", out var value) ? null
        : value.ValueKind == JsonValueKind.Object ? Text(value, "value")
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : null;
}

/// <param name="Problem">Something the node lists and this server cannot take.</param>
public sealed record NodeListing(string NodeUrl, IReadOnlyList<RemoteTake> Takes, string? Problem);
