using Rig.CameraNode.Updates;

namespace Rig.CameraNode.Installation;

/// <summary>
/// The half of an update that may write where the program lies. It runs as root, apart from the node, and believes it nothing:
/// signature, version and archive are checked here again. It runs from the release that was last well.
/// </summary>
internal sealed class UpdateHelper(IInstallFiles files, ReleaseGate gate, IRunningNode node, TrialTimes times, TimeProvider time, ILogger<UpdateHelper> logger) : IDisposable
{
    /// <summary>Between two pieces of what the node sends; a download may stall.</summary>
    private static readonly TimeSpan CallerTimeout = TimeSpan.FromSeconds(60);

    private readonly InstalledReleases releases = new(files);
    private readonly SemaphoreSlim one = new(1, 1);
    private readonly CancellationTokenSource finished = new();

    /// <summary>
    /// Cancelled when this box has another version than before: this process may run from a release that is given up and compare with a
    /// version that no longer runs, so the next order is the next process's.
    /// </summary>
    public CancellationToken Finished => finished.Token;

    public void Dispose()
    {
        one.Dispose();
        finished.Dispose();
    }

    /// <summary>Takes up what an earlier helper left, whatever ended it.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        releases.Settle();
        if (releases.OnTrial)
        {
            if (node.RestartIsDue)
            {
                await node.RestartAsync(cancellationToken);
            }

            await TryOutAsync(cancellationToken);
            await finished.CancelAsync();
        }
        else
        {
            node.ForgetRestart();
        }
    }

    /// <summary>One conversation by <see cref="HelperWire"/>. Its end, good or not, is the caller's as well.</summary>
    public async Task ConverseAsync(Stream caller, CancellationToken cancellationToken)
    {
        var bounded = new TimeoutStream(caller, CallerTimeout);
        try
        {
            if (finished.IsCancellationRequested || !await one.WaitAsync(TimeSpan.Zero, cancellationToken))
            {
                throw new UpdateException("An update is being put in place already.");
            }

            try
            {
                await ServeAsync(bounded, cancellationToken);
            }
            finally
            {
                one.Release();
            }
        }
        catch (UpdateException refused)
        {
            logger.LogWarning("Refused: {Reason}", refused.Message);
            await TryAnswerAsync(bounded, new HelperAnswer(HelperWire.Refused, Error: refused.Message), cancellationToken);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OperationCanceledException)
        {
            logger.LogWarning(e, "The caller hung up, or what it said is nothing");
        }
    }

    private async Task ServeAsync(Stream caller, CancellationToken cancellationToken)
    {
        var order = await HelperWire.ReadOrderAsync(caller, cancellationToken);
        var release = order.Action switch
        {
            HelperWire.Install => await ReceiveAsync(order, caller, cancellationToken),
            HelperWire.Rollback => releases.Previous ?? throw new UpdateException("There is no version to go back to."),
            _ => throw new UpdateException("The helper that installs updates does not know what is asked of it."),
        };
        await HelperWire.WriteAsync(caller, new HelperAnswer(HelperWire.Ready, InstalledReleases.NameOf(release)), cancellationToken);

        var second = await HelperWire.ReadOrderAsync(caller, cancellationToken);
        if (second.Action != HelperWire.Switch)
        {
            throw new UpdateException("The helper that installs updates does not know what is asked of it.");
        }

        await SwitchAsync(release, second.Restart, caller, cancellationToken);
    }

    private async Task<string> ReceiveAsync(HelperOrder order, Stream caller, CancellationToken cancellationToken)
    {
        var manifest = gate.Pass(order.Manifest ?? [], order.Signature ?? []);
        releases.Settle();
        var receiver = new ReleaseReceiver(files, releases);
        receiver.CheckRoom(manifest);
        await HelperWire.WriteAsync(caller, new HelperAnswer(HelperWire.Send), cancellationToken);
        var release = await receiver.ReceiveAsync(manifest, caller, cancellationToken);
        logger.LogInformation("{Release}, signed by {Key}, lies ready", release, manifest.Key);
        return release;
    }

    private async Task SwitchAsync(string release, bool restart, Stream caller, CancellationToken cancellationToken)
    {
        try
        {
            if (restart)
            {
                node.AnnounceRestart();
            }

            await finished.CancelAsync();
            releases.Switch(release);
            if (!restart)
            {
                releases.Confirm();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryGoBack();
            throw new UpdateException($"The link 'current' could not be moved: {e.Message}", e);
        }

        logger.LogInformation("The node starts from {Release} now", release);
        await TryAnswerAsync(caller, new HelperAnswer(HelperWire.Switched, InstalledReleases.NameOf(release)), cancellationToken);
        if (restart)
        {
            await node.RestartAsync(cancellationToken);
            await TryOutAsync(cancellationToken);
        }
    }

    // Where that fails as well, the next start finds a version on trial.
    private void TryGoBack()
    {
        try
        {
            releases.GoBack();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogError(e, "The link 'current' could not be moved back");
        }
    }

    private async Task TryOutAsync(CancellationToken cancellationToken)
    {
        if (releases is not { Current: { } tried, Good: { } good })
        {
            // The first release of this box: there is nothing to go back to.
            releases.Confirm();
            return;
        }

        var began = time.GetUtcNow();
        if (await Trial.WatchAsync(node, times, time, cancellationToken) is not { } reason)
        {
            releases.Confirm();
            logger.LogInformation("{Release} is well", tried);
            return;
        }

        logger.LogError("{Release} is given up for {Good}: {Reason}", tried, good, reason);
        node.AnnounceRestart();
        releases.GoBack();
        var (version, given) = (InstalledReleases.NameOf(good), InstalledReleases.NameOf(tried));
        new ReturnJournal(files, logger).Add(new UpdateAttempt(
            version, given, began, time.GetUtcNow(), true, $"Version {given} was given up for {version}. {reason}", UpdateKind.Return));
        await node.RestartAsync(cancellationToken);
    }

    private static async Task TryAnswerAsync(Stream caller, HelperAnswer answer, CancellationToken cancellationToken)
    {
        try
        {
            await HelperWire.WriteAsync(caller, answer, cancellationToken);
        }
        catch (IOException)
        {
            // It no longer listens.
        }
    }
}
