using Microsoft.Extensions.Options;
using Rig.Ingest.Intake;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Pull;

/// <summary>The two steps of one pulled take: fetch it until its receipt is committed, then tell the node until it has understood.</summary>
public sealed class TakePull(
    INode node, ITakeVault vault, ITakeLeases leases, IPartStore parts, SessionLayout layout, FreeSpace space, CameraSet cameras, BandwidthCap cap, IOptions<PullOptions> options, TransferSetting setting)
{
    private readonly TakeDownload download = new(node, parts, cap, options.Value, setting);

    /// <param name="materializer">Of the caller: its end interrupts the transfer.</param>
    /// <exception cref="PullException">It did not work now; the message says why.</exception>
    /// <exception cref="TakenElsewhereException">Another server, or another transfer of this one, brings it.</exception>
    public async Task FetchAsync(RemoteTake take, TransferProgress progress, IMaterializer materializer, CancellationToken cancellationToken)
    {
        if (!cameras.Contains(take.Id.CameraId))
        {
            throw new PullException($"{take.Id.CameraId} is not one of this rig's cameras ({cameras}). Add it to {CameraSet.Key} if it should be.");
        }

        await using var lease = await leases.TryAcquireAsync(take.Id, options.Value.LeaseDuration, cancellationToken)
            ?? throw new TakenElsewhereException($"Another server brings {take.Id}.");
        using var leased = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            await FetchLeasedAsync(take, progress, materializer, leased.Token);
        }
        catch (OperationCanceledException e) when (lease.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TakenElsewhereException($"The database was out of reach for too long; another server may bring {take.Id} now.", e);
        }
    }

    private async Task FetchLeasedAsync(RemoteTake take, TransferProgress progress, IMaterializer materializer, CancellationToken cancellationToken)
    {
        if (await vault.FindAsync(take.Id, cancellationToken) is { } receipt)
        {
            if (receipt.Sha256 != take.Sha256)
            {
                throw new PullException($"The server already holds other bytes as {take.Id}; the node's stay where they are. If both are real, upload the node's as the next take.");
            }

            if (vault.IsWhole(receipt))
            {
                return;
            }
        }

        var partPath = layout.PullPath(take.Id, take.Sha256);
        if (space.Refuse(Math.Max(0, take.SizeBytes - parts.LengthOf(partPath))) is { } full)
        {
            throw new PullException(full);
        }

        var manifestJson = await node.GetManifestAsync(take, cancellationToken);
        try
        {
            var manifest = ManifestReader.Read(manifestJson, new TakeFacts(take.Id.SessionId, take.Id.CameraId, take.Id.Take, take.SizeBytes, take.Sha256));
            var sha256 = await download.RunAsync(take, partPath, progress, materializer, cancellationToken);
            if (sha256 != take.Sha256)
            {
                parts.Delete(partPath);
                throw new PullException($"What arrived of {take.Id} is not what the node recorded (expected {take.Sha256}, got {sha256}). It was discarded and is fetched again.");
            }

            var problem = CheckVideo(partPath, take);
            var result = await vault.CommitAsync(new ArrivedTake(take.Id, partPath, take.SizeBytes, sha256, manifest, "pull", problem), cancellationToken);
            if (result.Outcome == CommitOutcome.Conflict)
            {
                throw new PullException($"The server meanwhile received other bytes as {take.Id}; the node's were kept apart.");
            }
        }
        catch (IntakeException e)
        {
            throw new PullException($"{take.Id}: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new PullException($"The server's disk did not take {take.Id}: {e.Message} Make room or repair it.", e);
        }
    }

    /// <exception cref="PullException">The node was not reached, or did not accept it.</exception>
    /// <exception cref="TakeNotWholeException">The file that was received is gone.</exception>
    public async Task ConfirmAsync(RemoteTake take, CancellationToken cancellationToken)
    {
        var held = await vault.FindAsync(take.Id, cancellationToken);
        if (held is null || held.Sha256 != take.Sha256 || !vault.IsWhole(held))
        {
            throw new TakeNotWholeException($"{take.Id} is no longer whole on this server; it is fetched again.");
        }

        await node.ConfirmAsync(take, held.Manifest.File.Name, cancellationToken);
        await vault.MarkConfirmedAsync(take.Id, cancellationToken);
    }

    /// <summary>A video that is damaged in itself is kept as it is: the bytes are what the node recorded.</summary>
    /// <returns>What is wrong with it; null when nothing is.</returns>
    /// <exception cref="PullException">It is no MP4 at all.</exception>
    private string? CheckVideo(string path, RemoteTake take)
    {
        using var part = parts.Open(path);
        return Mp4Check.StartsLikeMp4(part.Read)
            ? Mp4Check.Problem(part.Read, take.SizeBytes)
            : throw new PullException($"{take.Id} is not MP4. The node's copy stays where it is.");
    }
}

public sealed class TakeNotWholeException(string message) : Exception(message);

/// <summary>No failure: another transfer brings the take.</summary>
public sealed class TakenElsewhereException(string message, Exception? inner = null) : Exception(message, inner);
