using System.Text.Json;

namespace Rig.CameraNode.Updates;

/// <summary>Reads what the address <c>update.releases_url</c> offers. What comes from there may be anybody's; <see cref="ReleaseGate"/> decides.</summary>
internal sealed class ReleaseSource(HttpClient http, string releasesUrl, string currentVersion)
{
    private const int MaxDescriptionBytes = 1 << 20;

    /// <exception cref="UpdateException">No usable answer came; the message says why.</exception>
    public async Task<PublishedRelease> LatestAsync(CancellationToken cancellationToken)
    {
        if (releasesUrl.Length == 0)
        {
            throw new UpdateException("No update source is set. Set update.releases_url to the releases of this software.");
        }

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, releasesUrl);
            request.Headers.UserAgent.ParseAdd($"rig-node/{currentVersion}");
            request.Headers.Accept.ParseAdd("application/json");
            var release = JsonSerializer.Deserialize(await BytesAsync(request, MaxDescriptionBytes, cancellationToken), ReleaseJson.Default.PublishedRelease);
            return release is { HasUsableVersion: true } ? release : throw new UpdateException("The update source's latest release has no usable version.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new UpdateException("The update source did not answer with a release. Is there internet here?", e);
        }
    }

    /// <returns>The manifest's bytes and the signature's.</returns>
    /// <exception cref="UpdateException">The release is not signed.</exception>
    public async Task<(byte[] Manifest, byte[] Signature)> SignedManifestAsync(PublishedRelease release, ReleaseAsset archive, CancellationToken cancellationToken)
    {
        if (release.ManifestFor(archive) is not { } manifest || release.SignatureFor(archive) is not { } signature)
        {
            throw new UpdateException($"Release {release.Version} is not signed: {archive.Name} has no .release.json and .release.sig beside it, so it is not trusted.");
        }

        return (await BytesAsync(manifest, cancellationToken), await BytesAsync(signature, cancellationToken));
    }

    /// <summary>Passes the archive on, at most <paramref name="bytes"/> of it.</summary>
    public async Task CopyAsync(ReleaseAsset archive, long bytes, Stream target, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(Trusted(archive), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[81920];
        var left = bytes;
        while (left > 0)
        {
            var read = await ReadAsync(content, buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken);
            if (read == 0)
            {
                throw new UpdateException($"The downloaded update is damaged: {bytes - left} of {bytes} bytes came. Try again.");
            }

            left -= read;
            await target.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    // An IOException that leaves CopyAsync is the target's.
    private static async Task<int> ReadAsync(Stream content, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await content.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException e)
        {
            throw new UpdateException("The download broke off. Try again.", e);
        }
    }

    private async Task<byte[]> BytesAsync(ReleaseAsset asset, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Trusted(asset));
        return await BytesAsync(request, ReleaseManifest.MaxBytes, cancellationToken);
    }

    // A release found over https is never fetched over plain http.
    private Uri Trusted(ReleaseAsset asset) =>
        Uri.TryCreate(asset.DownloadUrl, UriKind.Absolute, out var url) && (url.Scheme == "https" || url.Scheme == new Uri(releasesUrl).Scheme)
            ? url
            : throw new UpdateException($"The address of {asset.Name} is not to be trusted.");

    private async Task<byte[]> BytesAsync(HttpRequestMessage request, int maxBytes, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[maxBytes + 1];
        var length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= maxBytes ? buffer[..length] : throw new UpdateException("The update source's answer is too large.");
    }
}
