using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Rig.CameraNode.Updates;

internal sealed class UpdateException(string message, Exception? inner = null) : Exception(message, inner);

internal sealed record UpdateCheck(bool Available, string CurrentVersion, PublishedRelease? Latest, ReleaseAsset? Archive);

/// <summary>
/// Looks for a release, and puts one in place: download beside the target, verify its SHA-256 against the release's own list,
/// unpack, then move the link <c>current</c> in one step. Until that step nothing that runs has changed.
/// </summary>
internal sealed partial class Updater(HttpClient http, IOptionsMonitor<UpdateOptions> options, string currentVersion, UpdateHistory history, TimeProvider time) : IDisposable
{
    private const int MaxDescriptionBytes = 1 << 20;

    private readonly SemaphoreSlim one = new(1, 1);

    public void Dispose() => one.Dispose();

    /// <exception cref="UpdateException">There is no answer to be had; the message says why.</exception>
    public async Task<UpdateCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        if (settings.ReleasesUrl.Length == 0)
        {
            throw new UpdateException("No update source is set. Set update.releases_url to the releases of this software.");
        }

        PublishedRelease? release;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, settings.ReleasesUrl);
            request.Headers.UserAgent.ParseAdd($"rig-node/{currentVersion}");
            request.Headers.Accept.ParseAdd("application/json");
            release = JsonSerializer.Deserialize(await TextAsync(request, cancellationToken), ReleaseJson.Default.PublishedRelease);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            throw new UpdateException("The update source did not answer with a release. Is there internet here?", e);
        }

        if (release is not { HasUsableVersion: true })
        {
            throw new UpdateException("The update source's latest release has no usable version.");
        }

        var archive = release.ArchiveFor(settings.Platform);
        return new UpdateCheck(archive is not null && release.IsNewerThan(currentVersion), currentVersion, release, archive);
    }

    /// <returns>The version that <c>current</c> leads to from now on.</returns>
    /// <exception cref="UpdateException">Nothing was changed; the message says why.</exception>
    public async Task<string> ApplyAsync(CancellationToken cancellationToken)
    {
        if (!await one.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            throw new UpdateException("An update is being put in place already.");
        }

        try
        {
            var check = await CheckAsync(cancellationToken);
            if (check is not { Available: true, Latest: { } release, Archive: { } archive })
            {
                throw new UpdateException($"There is no newer version than {currentVersion}.");
            }

            return await AttemptAsync(release, archive, cancellationToken);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Whatever comes of it is written down.</summary>
    private async Task<string> AttemptAsync(PublishedRelease release, ReleaseAsset archive, CancellationToken cancellationToken)
    {
        var attempt = new UpdateAttempt(release.Version, currentVersion, time.GetUtcNow(), null, false, null);
        try
        {
            var version = await PutInPlaceAsync(release, archive, cancellationToken);
            history.Add(attempt with { InstalledAt = time.GetUtcNow(), Success = true });
            return version;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            var failure = new UpdateException($"The update could not be put in place: {e.Message}", e);
            history.Add(attempt with { Error = failure.Message });
            throw failure;
        }
        catch (UpdateException e)
        {
            history.Add(attempt with { Error = e.Message });
            throw;
        }
        catch (OperationCanceledException)
        {
            history.Add(attempt with { Error = "It was broken off before it was in place." });
            throw;
        }
    }

    private async Task<string> PutInPlaceAsync(PublishedRelease release, ReleaseAsset archive, CancellationToken cancellationToken)
    {
        var settings = options.CurrentValue;
        var checksums = release.ChecksumsFor(archive) ?? throw new UpdateException($"Release {release.TagName} has no SHA-256 for {archive.Name}, so it is not trusted.");
        using var ask = new HttpRequestMessage(HttpMethod.Get, Trusted(checksums));
        var expected = PublishedRelease.Sha256Of(System.Text.Encoding.UTF8.GetString(await TextAsync(ask, cancellationToken)), archive.Name)
            ?? throw new UpdateException($"Release {release.TagName} has no SHA-256 for {archive.Name}, so it is not trusted.");

        var releases = Path.Combine(settings.InstallPath, "releases");
        Directory.CreateDirectory(releases);
        var work = Directory.CreateTempSubdirectory("rig-update-").FullName;
        var staged = Path.Combine(releases, $".{release.Version}.{Guid.NewGuid():N}");
        try
        {
            var download = Path.Combine(work, archive.Name.EndsWith(".zip", StringComparison.Ordinal) ? "update.zip" : "update.tar.gz");
            var actual = await DownloadAsync(archive, download, settings.MaxDownloadMb << 20, cancellationToken);
            if (!CryptographicOperations.FixedTimeEquals(Convert.FromHexString(actual), Convert.FromHexString(expected)))
            {
                throw new UpdateException($"The downloaded update is damaged: its SHA-256 is {actual}, not {expected}. Try again.");
            }

            await SafeUnpack.IntoAsync(download, staged, cancellationToken);
            var target = Path.Combine(releases, release.Version);
            if (Directory.Exists(target))
            {
                Directory.Delete(target, recursive: true);
            }

            Directory.Move(staged, target);
            SwitchTo(settings.InstallPath, Path.Combine("releases", release.Version));
            return release.Version;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
            if (Directory.Exists(staged))
            {
                Directory.Delete(staged, recursive: true);
            }
        }
    }

    // rename(2) over the old link is one step: 'current' always leads to a whole release.
    private static void SwitchTo(string installPath, string release)
    {
        var fresh = Path.Combine(installPath, $".current.{Guid.NewGuid():N}");
        File.CreateSymbolicLink(fresh, release);
        if (rename(fresh, Path.Combine(installPath, "current")) != 0)
        {
            var error = Marshal.GetLastPInvokeErrorMessage();
            File.Delete(fresh);
            throw new IOException($"the link 'current' could not be moved: {error}");
        }
    }

    // File.Move refuses a link that leads to a folder.
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int rename(string from, string to);

    private async Task<string> DownloadAsync(ReleaseAsset archive, string path, long maxBytes, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(Trusted(archive), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[81920];
        long total = 0;
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if ((total += read) > maxBytes)
            {
                throw new UpdateException($"The update is larger than {maxBytes >> 20} MB.");
            }

            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // A release found over https is never fetched over plain http.
    private Uri Trusted(ReleaseAsset asset) =>
        Uri.TryCreate(asset.DownloadUrl, UriKind.Absolute, out var url) && (url.Scheme == "https" || url.Scheme == new Uri(options.CurrentValue.ReleasesUrl).Scheme)
            ? url
            : throw new UpdateException($"The address of {asset.Name} is not to be trusted.");

    private async Task<byte[]> TextAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[MaxDescriptionBytes + 1];
        var length = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= MaxDescriptionBytes ? buffer[..length] : throw new UpdateException("The update source's answer is too large.");
    }
}
