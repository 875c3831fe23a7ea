using Microsoft.Extensions.Options;

namespace Rig.CameraNode.Updates;

internal sealed class UpdateException(string message, Exception? inner = null) : Exception(message, inner);

/// <param name="Refused">Why a newer release would not be put in place; null where it would, or where there is none.</param>
internal sealed record UpdateCheck(bool Available, string CurrentVersion, PublishedRelease Latest, ReleaseAsset? Archive, string? Refused);

/// <param name="Restarting">The node is started again now, so that the version begins.</param>
internal sealed record UpdateOutcome(string Version, bool Restarting);

/// <summary>
/// The node's half of an update: looks for a release, checks its signature, and hands it to the helper, which checks it again and
/// alone may write where the program lies. The helper switches only when it is told a second time, after a last look whether
/// this camera records.
/// </summary>
internal sealed class Updater(HttpClient http, IOptionsMonitor<UpdateOptions> options, ReleaseKeys keys, string currentVersion, UpdateHistory history, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim one = new(1, 1);

    public void Dispose() => one.Dispose();

    /// <exception cref="UpdateException">No usable answer came; the message says why.</exception>
    public async Task<UpdateCheck> CheckAsync(CancellationToken cancellationToken)
    {
        var source = Source();
        var check = await OfferAsync(source, cancellationToken);
        if (check is not { Available: true, Archive: { } archive })
        {
            return check;
        }

        try
        {
            await PassAsync(source, check.Latest, archive, cancellationToken);
            return check;
        }
        catch (UpdateException refused)
        {
            return check with { Available = false, Refused = refused.Message };
        }
        catch (HttpRequestException e)
        {
            throw new UpdateException("The update source did not answer with a release. Is there internet here?", e);
        }
    }

    /// <param name="isRecording">Asked before and after the download: a match may have begun meanwhile.</param>
    /// <exception cref="UpdateException">Nothing that runs was changed; the message says why.</exception>
    public Task<UpdateOutcome> ApplyAsync(Func<bool> isRecording, CancellationToken cancellationToken) => AloneAsync(async () =>
    {
        var source = Source();
        var check = await OfferAsync(source, cancellationToken);
        if (check is not { Available: true, Archive: { } archive })
        {
            throw new UpdateException($"There is no newer version than {currentVersion}.");
        }

        return await AttemptAsync(UpdateKind.Update, check.Latest.Version, async () =>
        {
            var (manifest, signature, passed) = await PassAsync(source, check.Latest, archive, cancellationToken);
            if (passed.Size > options.CurrentValue.MaxDownloadMb << 20)
            {
                throw new UpdateException($"The update is larger than {options.CurrentValue.MaxDownloadMb} MB.");
            }

            using var helper = await HelperClient.ConnectAsync(options.CurrentValue.HelperSocket, cancellationToken);
            await helper.InstallAsync(manifest, signature, target => source.CopyAsync(archive, passed.Size, target, cancellationToken), cancellationToken);
            return await SwitchAsync(helper, passed.Version, isRecording, cancellationToken);
        });
    });

    /// <summary>Back to the version before the one that runs.</summary>
    /// <inheritdoc cref="ApplyAsync"/>
    public Task<UpdateOutcome> RollbackAsync(Func<bool> isRecording, CancellationToken cancellationToken) => AloneAsync(async () =>
    {
        using var helper = await HelperClient.ConnectAsync(options.CurrentValue.HelperSocket, cancellationToken);
        var version = await helper.RollbackAsync(cancellationToken);
        return await AttemptAsync(UpdateKind.Rollback, version, () => SwitchAsync(helper, version, isRecording, cancellationToken));
    });

    private ReleaseSource Source() => new(http, options.CurrentValue.ReleasesUrl, currentVersion);

    private async Task<UpdateCheck> OfferAsync(ReleaseSource source, CancellationToken cancellationToken)
    {
        var release = await source.LatestAsync(cancellationToken);
        var archive = release.ArchiveFor(options.CurrentValue.Platform);
        return new UpdateCheck(archive is not null && release.IsNewerThan(currentVersion), currentVersion, release, archive, null);
    }

    private async Task<(byte[] Manifest, byte[] Signature, ReleaseManifest Passed)> PassAsync(ReleaseSource source, PublishedRelease release, ReleaseAsset archive, CancellationToken cancellationToken)
    {
        var (manifest, signature) = await source.SignedManifestAsync(release, archive, cancellationToken);
        var passed = new ReleaseGate(keys, options.CurrentValue.Platform, currentVersion).Pass(manifest, signature);
        return passed.Version == release.Version && passed.Archive == archive.Name
            ? (manifest, signature, passed)
            : throw new UpdateException($"The release is not trusted: it is published as {archive.Name} of {release.Version} and signed as {passed.Archive} of {passed.Version}.");
    }

    private async Task<UpdateOutcome> SwitchAsync(HelperClient helper, string version, Func<bool> isRecording, CancellationToken cancellationToken)
    {
        if (isRecording())
        {
            throw new UpdateException($"A recording has begun meanwhile, so {version} was not put in place. Try again after it.");
        }

        var restart = options.CurrentValue.RestartAfterApply;
        await helper.SwitchAsync(restart, cancellationToken);
        return new UpdateOutcome(version, restart);
    }

    private async Task<UpdateOutcome> AloneAsync(Func<Task<UpdateOutcome>> work)
    {
        if (!await one.WaitAsync(TimeSpan.Zero))
        {
            throw new UpdateException("An update is being put in place already.");
        }

        try
        {
            return await work();
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Whatever comes of it is written down.</summary>
    private async Task<UpdateOutcome> AttemptAsync(string kind, string version, Func<Task<UpdateOutcome>> work)
    {
        var attempt = new UpdateAttempt(version, currentVersion, time.GetUtcNow(), null, false, null, kind);
        try
        {
            var outcome = await work();
            history.Add(attempt with { InstalledAt = time.GetUtcNow(), Success = true });
            return outcome;
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
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
}
