using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using Rig.Domain.Frames;

namespace Rig.CameraNode.Frames;

/// <summary>One answer of the server.</summary>
/// <param name="Problem">Why it is not delivered; empty when it is.</param>
internal sealed record SendResult(UploadOutcome Outcome, string Problem, TimeSpan? RetryAfter = null);

/// <summary>Speaks the contract's side of a device.</summary>
internal sealed class FrameSender : IDisposable
{
    private readonly HttpClient http;
    private readonly FrameDeviceOptions options;
    private readonly TimeProvider clock;
    private readonly string bootId;

    /// <summary>The server's clock less this machine's; from its answers.</summary>
    private TimeSpan serverAhead;

    public FrameSender(FrameDeviceOptions options, TimeProvider clock, string bootId)
    {
        (this.options, this.clock, this.bootId) = (options, clock, bootId);
        http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = options.RequestTimeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            BaseAddress = new Uri(options.Server),
            Timeout = options.RequestTimeout,
        };
    }

    /// <param name="monotonicMs">Now.</param>
    public async Task<SendResult> SendAsync(SpooledFrame frame, long monotonicMs, int? rssi, CancellationToken cancellationToken)
    {
        var header = frame.Header;
        var meta = new FrameMeta(
            options.DeviceId, header.At, header.Seq, header.Width, header.Height, header.Quality, null, rssi, Settings.NodeVersion.Current, header.IsBurst ? ServedConfig.Burst : ServedConfig.Baseline);
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(frame.Jpeg) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } }, "image", "frame.jpg" },
            { new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(meta, FrameJson.Default.FrameMeta)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } }, "meta" },
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, FrameContract.FramePath) { Content = form };
        if (AgeMs(header, monotonicMs) is { } age)
        {
            request.Headers.Add(FrameContract.AgeHeader, age.ToString(CultureInfo.InvariantCulture));
        }

        try
        {
            using var answer = await SendAsync(request, cancellationToken);
            var same = !answer.Headers.TryGetValues(FrameContract.StoredSha256Header, out var stored) || stored.FirstOrDefault() == Convert.ToHexStringLower(SHA256.HashData(frame.Jpeg));
            var outcome = UploadPlan.Judge((int)answer.StatusCode, same);
            return new SendResult(outcome, outcome == UploadOutcome.Delivered ? "" : $"The server answered {(int)answer.StatusCode}: {await ErrorAsync(answer, cancellationToken)}", answer.Headers.RetryAfter?.Delta);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new SendResult(UploadOutcome.TryAgain, e is OperationCanceledException ? "The server did not answer in time." : e.Message);
        }
    }

    /// <exception cref="HttpRequestException">The server does not answer, or not as agreed.</exception>
    public async Task<DeviceConfigReply> ConfigAsync(CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{FrameContract.ConfigPath}?device_id={options.DeviceId}");
        using var answer = await SendAsync(request, cancellationToken);
        try
        {
            return answer.IsSuccessStatusCode && JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellationToken), FrameJson.Default.DeviceConfigReply) is { Config: not null } reply
                ? reply
                : throw new HttpRequestException($"The server answered {(int)answer.StatusCode}: {await ErrorAsync(answer, cancellationToken)}");
        }
        catch (JsonException e)
        {
            throw new HttpRequestException("The served configuration cannot be read: " + e.Message, e);
        }
    }

    /// <exception cref="HttpRequestException">The server does not answer, or refuses.</exception>
    public async Task HeartbeatAsync(DeviceHealth health, int? rssi, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new HeartbeatRequest(options.DeviceId, rssi, null, Settings.NodeVersion.Current, health), FrameJson.Default.HeartbeatRequest);
        using var request = new HttpRequestMessage(HttpMethod.Post, FrameContract.HeartbeatPath)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        using var answer = await SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var key = ReadKey();
        if (options.Signs)
        {
            await SignAsync(request, key, cancellationToken);
        }
        else
        {
            request.Headers.TryAddWithoutValidation(FrameContract.KeyHeader, key);
        }

        var answer = await http.SendAsync(request, cancellationToken);
        if (answer.Headers.Date is { } date)
        {
            serverAhead = date - clock.GetUtcNow();
        }

        return answer;
    }

    private async Task SignAsync(HttpRequestMessage request, string key, CancellationToken cancellationToken)
    {
        var body = request.Content is { } content ? await content.ReadAsByteArrayAsync(cancellationToken) : [];
        var signature = new FrameSignature(
            request.Method.Method, request.RequestUri!.ToString(), options.DeviceId, (clock.GetUtcNow() + serverAhead).ToUnixTimeMilliseconds(), RandomNumberGenerator.GetHexString(32, lowercase: true),
            Convert.ToHexStringLower(SHA256.HashData(body)));
        request.Headers.Add(FrameSignature.DeviceHeader, signature.DeviceId);
        request.Headers.Add(FrameSignature.TimeHeader, signature.UnixMs.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add(FrameSignature.NonceHeader, signature.Nonce);
        request.Headers.Add(FrameSignature.BodyHeader, signature.BodySha256);
        request.Headers.Add(FrameSignature.SignatureHeader, signature.Sign(FrameSignature.SecretOf(key)));
    }

    /// <summary>Read each time: a key that was rotated holds from the next request on.</summary>
    private string ReadKey()
    {
        try
        {
            return File.ReadLines(options.KeyFile).FirstOrDefault()?.Trim() ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HttpRequestException($"The device's key cannot be read: {e.Message}", e);
        }
    }

    private long? AgeMs(SpoolHeader header, long monotonicMs)
    {
        var age = header.BootId == bootId ? monotonicMs - header.MonotonicMs : (long)(clock.GetUtcNow() - header.At).TotalMilliseconds;
        return age >= 0 ? age : null;
    }

    private static async Task<string> ErrorAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return text.Length > 200 ? text[..200] : text;
    }
}
