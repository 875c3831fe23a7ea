using Microsoft.Extensions.Options;
using Rig.Domain.Publishing;
using Rig.Viewer.Operations;
using Rig.Viewer.Settings;
using Rig.Viewer.Watch;
using Rig.Viewer.Watch.Delivery;

namespace Rig.Viewer.Publish;

/// <summary>Either a status or the reason why not.</summary>
internal sealed record PublicationAnswer(PublicationStatus? Status, PublicationRefusal? Refusal)
{
    public static implicit operator PublicationAnswer(PublicationRefusal refusal) => new(null, refusal);
}

/// <param name="OffsetBytes">What the viewer holds; null when there is no such file.</param>
internal sealed record AppendOutcome(long? OffsetBytes, PublicationRefusal? Refusal);

/// <summary>The steps of a publication: announce, send files, publish. Each may be repeated at any time.</summary>
internal sealed class PublicationService(
    AnnouncedGames games, IncomingFiles files, GameGates gates, MediaStore store, MediaGrants grants, IOptions<MediaOptions> limits, ViewerMetrics metrics, ILogger<PublicationService> logger)
{
    /// <summary>Left free for the database, the logs and the system.</summary>
    private const long ReserveBytes = 1_000_000_000;

    private static readonly PublicationRefusal Busy = new(StatusCodes.Status503ServiceUnavailable, "Another request of this game is still running. Try again in a few seconds.");
    private static readonly PublicationRefusal NoGame = new(StatusCodes.Status404NotFound, "There is no such game. Announce it first with POST /api/v1/push/games.");

    public async Task<PublicationAnswer> AnnounceAsync(GamePublication publication, CancellationToken cancellationToken)
    {
        if (PublicationRules.Check(publication, limits.Value) is { } refusal)
        {
            return refusal;
        }

        using var gate = await gates.EnterAsync(publication.SessionId, cancellationToken);
        if (gate is null)
        {
            return Busy;
        }

        if (!await games.HasTeamAsync(publication.TeamCode, cancellationToken))
        {
            return new PublicationRefusal(StatusCodes.Status422UnprocessableEntity, $"team_code '{publication.TeamCode}' names no team of this viewer. Make it with 'rig-viewer add-team', or correct the code.");
        }

        var known = await games.FindBySessionAsync(publication.SessionId, cancellationToken);
        if (MissingBytes(known?.GameId, publication) > FreeBytes() - ReserveBytes)
        {
            return new PublicationRefusal(StatusCodes.Status507InsufficientStorage, "The viewer's disk lacks the space for this game. Free some, or give Rig:Media:Path a larger disk.");
        }

        var announced = await games.AnnounceAsync(publication, cancellationToken);
        await SweepAsync(announced, cancellationToken);
        logger.LogInformation("Session {SessionId} was announced as game {GameId} with {Files} files.", publication.SessionId, announced.GameId, publication.Files.Count);
        return await DescribeAsync(announced, cancellationToken);
    }

    public Task<PublicationAnswer> StatusAsync(int gameId, CancellationToken cancellationToken) =>
        AtGateAsync(gameId, announced => DescribeAsync(announced, cancellationToken), cancellationToken);

    public async Task<AppendOutcome> AppendAsync(int gameId, string name, long offset, long? length, Stream body, CancellationToken cancellationToken)
    {
        AppendOutcome? outcome = null;
        var answer = await AtGateAsync(
            gameId,
            async announced =>
            {
                outcome = await AppendAsync(announced, name, offset, length, body, cancellationToken);
                return new PublicationAnswer(null, null);
            },
            cancellationToken);
        return outcome ?? new AppendOutcome(null, answer.Refusal);
    }

    public Task<PublicationAnswer> PublishAsync(int gameId, CancellationToken cancellationToken) => AtGateAsync(
        gameId,
        async announced =>
        {
            foreach (var file in announced.Publication.Files)
            {
                if (!await files.SettleAsync(gameId, file, cancellationToken))
                {
                    return new PublicationRefusal(StatusCodes.Status409Conflict, $"'{file.Name}' is not complete yet; send it from its offset, then publish again.");
                }
            }

            if (!announced.IsPublished)
            {
                if (!await games.HasTeamAsync(announced.Publication.TeamCode, cancellationToken))
                {
                    return new PublicationRefusal(StatusCodes.Status422UnprocessableEntity, $"team_code '{announced.Publication.TeamCode}' names no team of this viewer any more.");
                }

                await games.PublishAsync(announced, cancellationToken);
                grants.ForgetGame(gameId);
                announced = announced with { IsPublished = true };
                await SweepAsync(announced, cancellationToken);
                metrics.GamePublished();
                logger.LogInformation("Game {GameId} is published.", gameId);
            }

            return await DescribeAsync(announced, cancellationToken);
        },
        cancellationToken);

    private async Task<AppendOutcome> AppendAsync(AnnouncedGame announced, string name, long offset, long? length, Stream body, CancellationToken cancellationToken)
    {
        if (announced.Publication.Files.SingleOrDefault(file => file.Name == name) is not { } file)
        {
            return new AppendOutcome(null, new PublicationRefusal(StatusCodes.Status404NotFound, "The game announces no file of that name."));
        }

        var gameId = announced.GameId;
        var held = files.OffsetBytes(gameId, file);
        if (offset != held)
        {
            return new AppendOutcome(held, new PublicationRefusal(StatusCodes.Status409Conflict, $"The viewer holds {held} bytes of '{name}'; go on from there."));
        }

        var tooLong = new AppendOutcome(held, PublicationRefusal.BadRequest($"The body goes beyond the {file.SizeBytes} bytes that were announced for '{name}'."));
        if (length > file.SizeBytes - offset)
        {
            return tooLong;
        }

        if (!files.IsComplete(gameId, file) && !await files.AppendAsync(gameId, file, offset, body, metrics.PublishedBytes, cancellationToken))
        {
            return tooLong;
        }

        held = files.OffsetBytes(gameId, file);
        if (held == file.SizeBytes && !await files.SettleAsync(gameId, file, cancellationToken))
        {
            logger.LogWarning("File {Name} of game {GameId} arrived with a wrong SHA-256 and was discarded.", name, gameId);
            return new AppendOutcome(0, new PublicationRefusal(StatusCodes.Status422UnprocessableEntity, $"The SHA-256 of '{name}' is not the announced one; it was discarded, send it again."));
        }

        return new AppendOutcome(held, null);
    }

    private async Task<PublicationAnswer> AtGateAsync(int gameId, Func<AnnouncedGame, Task<PublicationAnswer>> run, CancellationToken cancellationToken)
    {
        if (await games.SessionIdAsync(gameId, cancellationToken) is not { } sessionId)
        {
            return NoGame;
        }

        using var gate = await gates.EnterAsync(sessionId, cancellationToken);
        if (gate is null)
        {
            return Busy;
        }

        return await games.FindAsync(gameId, cancellationToken) is { } announced ? await run(announced) : NoGame;
    }

    private async Task<PublicationAnswer> DescribeAsync(AnnouncedGame announced, CancellationToken cancellationToken)
    {
        List<PublicationFileStatus> states = [];
        foreach (var file in announced.Publication.Files)
        {
            // A stop between the last byte and its check leaves a file that is whole but unchecked: it is checked now.
            var complete = await files.SettleAsync(announced.GameId, file, cancellationToken);
            states.Add(new PublicationFileStatus(file.Name, files.OffsetBytes(announced.GameId, file), complete));
        }

        return new PublicationAnswer(new PublicationStatus(announced.GameId, announced.IsPublished ? "published" : "receiving", states), null);
    }

    private async Task SweepAsync(AnnouncedGame announced, CancellationToken cancellationToken)
    {
        var wanted = announced.Publication.Files.Select(file => file.Sha256).ToHashSet(StringComparer.Ordinal);
        var kept = wanted.Union(await games.PublishedFilesAsync(announced.GameId, cancellationToken)).ToHashSet(StringComparer.Ordinal);
        files.Sweep(announced.GameId, wanted, kept);
    }

    private long MissingBytes(int? gameId, GamePublication publication) => publication.Files.DistinctBy(file => file.Sha256)
        .Sum(file => file.SizeBytes - (gameId is { } id ? files.OffsetBytes(id, file) : 0));

    private long FreeBytes()
    {
        store.CreateFolder(store.Root);
        return new DriveInfo(store.Root).AvailableFreeSpace;
    }
}
