using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;
using Rig.Domain.Identity;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Upload;

/// <summary>
/// Seed 001's server, spoken to over HTTP: upload, then confirm. Where the server can resume (it answers OPTIONS with
/// <c>Upload-Limit</c>), a cut costs only the bytes that had not arrived, and a take that it holds already costs none; any other server
/// gets the whole file in one form.
/// </summary>
internal sealed class UploadServer(
    IOptionsMonitor<UploadOptions> options, RecordingCatalogue catalogue, ResumableUploads resumables, RigTrust trust, UploadKeyServer keyServer) : IUploadServer, IDisposable
{
    private static readonly TimeSpan ShortTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A server that hashes 60 GB before it answers needs minutes.</summary>
    private static readonly TimeSpan VerdictTimeout = TimeSpan.FromMinutes(15);

    private readonly Lock gate = new();
    private (string Fingerprint, HttpClient Client)? current;

    public async Task<SendOutcome> SendAsync(RecordingEntry take, UploadProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            var http = Client();
            var manifest = await Task.Run(() => catalogue.ReadManifest(take.Id), cancellationToken);
            await using var video = catalogue.OpenVideo(take.Id);
            var ours = await ResumesAsync(http, cancellationToken);
            if (ours && await ConfirmAsync(http, take, knowsTakes: true, cancellationToken) is SendOutcome.Confirmed held)
            {
                return held;
            }

            var failure = ours && manifest.Length <= ResumableUploads.MaxManifestBytes
                ? await resumables.SendAsync(http, take, manifest, video, options.CurrentValue, progress, cancellationToken)
                : await SendFormAsync(http, take, manifest, video, knowsTakes: ours, progress, cancellationToken);
            if (failure is not null)
            {
                return failure;
            }

            progress.BeginConfirming();
            return await ConfirmAsync(http, take, knowsTakes: ours, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (UploadRefusedException e)
        {
            return new SendOutcome.Failed(e.Message, false);
        }
        catch (OperationCanceledException)
        {
            return new SendOutcome.Failed("The server did not answer in time.", true);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return new SendOutcome.Failed($"The file of {take.Id} is not on this node any more.", false);
        }
        catch (Exception e) when (e is JsonException)
        {
            return new SendOutcome.Failed($"The manifest of {take.Id} is broken: {e.Message}", false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or AuthenticationException or CryptographicException)
        {
            return new SendOutcome.Failed(Sentence(e), true);
        }
    }

    public async Task<ServerHealth> HealthAsync(CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ShortTimeout);
        try
        {
            using var response = await Client().GetAsync("api/v1/health", timeout.Token);
            using var reply = await ServerReply.ReadAsync(response, timeout.Token);
            return new ServerHealth(
                true, reply.Text("status"), reply.Number("storage_free_gb"), (int?)reply.Number("active_uploads"),
                reply.IsSuccess ? null : reply.ToFailure("Health").Error);
        }
        catch (UploadRefusedException e)
        {
            return new ServerHealth(false, null, null, null, e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or CryptographicException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new ServerHealth(false, null, null, null, e is OperationCanceledException ? "The server did not answer in time." : Sentence(e));
        }
    }

    public void Dispose() => current?.Client.Dispose();

    private static async Task<bool> ResumesAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(ShortTimeout);
        using var request = new HttpRequestMessage(HttpMethod.Options, "api/v1/upload");
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        return response.IsSuccessStatusCode && response.Headers.Contains("Upload-Limit");
    }

    /// <summary>
    /// A server of seed 001 knows one recording a camera and session. A second take goes to it as a session of its own, so that it
    /// can never take the place of the first.
    /// </summary>
    private static string SessionFor(TakeId id, bool knowsTakes) =>
        id.Take == 1 || knowsTakes ? id.SessionId.Value : string.Create(CultureInfo.InvariantCulture, $"{id.SessionId}_T{id.Take}");

    private async Task<SendOutcome.Failed?> SendFormAsync(
        HttpClient http, RecordingEntry take, byte[] manifest, Stream video, bool knowsTakes, UploadProgress progress, CancellationToken cancellationToken)
    {
        var file = new TakeBody(video, 0, "video/mp4", options.CurrentValue, progress);
        using var form = new MultipartFormDataContent
        {
            { new StringContent(SessionFor(take.Id, knowsTakes)), "session_id" },
            { new StringContent(take.Id.CameraId.Value), "camera_id" },
            { new StringContent(take.Sha256), "checksum" },
            { file, "file", take.FileName },
        };

        if (knowsTakes)
        {
            form.Add(new StringContent(take.Id.Take.ToString(CultureInfo.InvariantCulture)), "take");
        }

        // Else its ids would contradict the form's.
        if (knowsTakes || take.Id.Take == 1)
        {
            form.Add(new StringContent(System.Text.Encoding.UTF8.GetString(manifest)), "manifest");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/upload") { Content = form };

        // A server that refuses at once is heard before 60 GB are sent.
        request.Headers.ExpectContinue = true;
        using var response = await file.SendAsync(http, request, VerdictTimeout, cancellationToken);
        using var reply = await ServerReply.ReadAsync(response, cancellationToken);
        if (!reply.IsSuccess || reply.Flag("success") == false)
        {
            return DiskFault(take, file) ?? reply.ToFailure("Upload");
        }

        return reply.Flag("checksum_verified") == false
            ? new SendOutcome.Failed("Upload: the server did not verify the checksum.", true)
            : DiskFault(take, file);
    }

    private async Task<SendOutcome> ConfirmAsync(HttpClient http, RecordingEntry take, bool knowsTakes, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(VerdictTimeout);
        var body = new Dictionary<string, object> { ["session_id"] = SessionFor(take.Id, knowsTakes), ["camera_id"] = take.Id.CameraId.Value };
        if (knowsTakes)
        {
            body["take"] = take.Id.Take;
        }

        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.PostAsync("api/v1/upload/confirm", content, timeout.Token);
        using var reply = await ServerReply.ReadAsync(response, timeout.Token);
        if (!reply.IsSuccess || reply.Flag("success") == false)
        {
            return reply.ToFailure("Confirm");
        }

        if (reply.Text("checksum_sha256") is not { } confirmed)
        {
            return new SendOutcome.Failed("Confirm: the server's answer has no checksum_sha256.", true);
        }

        // What an enrolled server says counts by its signature, which outlives the connection and can be shown.
        if (UploadHttp.IsMachine(options.CurrentValue, trust))
        {
            var refusal = reply.Receipt is { } receipt ? receipt.Refusal(trust, take.Id.ToString(), take.Sha256, take.SizeBytes) : "The server's answer holds no signed receipt. Update its software.";
            if (refusal is not null)
            {
                return new SendOutcome.Failed($"Confirm: {refusal}", true);
            }
        }

        return string.Equals(confirmed, take.Sha256, StringComparison.OrdinalIgnoreCase)
            ? new SendOutcome.Confirmed(take.Sha256, reply.Raw)
            : new SendOutcome.Failed($"Confirm: checksum mismatch. The server holds {confirmed.ToLowerInvariant()}, this node {take.Sha256}.", true);
    }

    /// <summary>Bytes that changed on this node's own disk are said by the sender itself: no server can put that right.</summary>
    internal static SendOutcome.Failed? DiskFault(RecordingEntry take, TakeBody file) => file.Sha256 is { } sent && sent != take.Sha256
        ? new SendOutcome.Failed($"The file of {take.Id} on this node is not what was recorded any more: its SHA-256 is {sent}, not {take.Sha256}. Check the disk; 'rig-node check' says more.", false)
        : null;

    /// <summary>Settings may change in the field; a client is made again when they do.</summary>
    private HttpClient Client()
    {
        var now = options.CurrentValue;
        var fingerprint = string.Join('\n', now.ServerUrl, now.ApiKey, keyServer.Url, trust.IsEnrolled.ToString(), now.ServerCaPath, now.ServerCertificateSha256, now.ClientCertificatePath, now.ClientKeyPath);
        lock (gate)
        {
            if (current is { } known && known.Fingerprint == fingerprint)
            {
                return known.Client;
            }

            // The old one is left to whoever still uses it.
            current = (fingerprint, UploadHttp.Create(now, trust, keyServer.Url));
            return current.Value.Client;
        }
    }

    private static string Sentence(Exception e)
    {
        var root = e;
        while (root.InnerException is { } inner && root is HttpRequestException or IOException)
        {
            root = inner;
        }

        return root is AuthenticationException
            ? "What answers there did not prove to be the server that is meant, so nothing was sent. Is it enrolled in this rig, and is Rig:Offload:ServerUrl right?"
            : root is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            ? "The server refused the connection. Is it switched on, and is Rig:Offload:ServerUrl right?"
            : $"The server could not be reached or the connection broke: {root.Message}";
    }
}
