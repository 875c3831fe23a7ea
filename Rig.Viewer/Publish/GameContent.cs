using Rig.Domain.Publishing;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Publish;

/// <summary>Turns a checked announcement into a game's rows.</summary>
internal static class GameContent
{
    /// <summary>A clip belongs to the event of its type that is at most this far from its event time.</summary>
    private const double SameMomentSeconds = 0.5;

    public static void Apply(GamePublication publication, Game game, int teamId, DateTimeOffset now)
    {
        game.TeamId = teamId;
        game.Opponent = publication.Opponent;
        game.GameDate = publication.RecordedAt.ToUniversalTime();
        game.DurationSeconds = publication.DurationSeconds;
        game.PitchLengthM = publication.Panorama.Pitch is { LengthM: > 1 and < 1000 } length ? length.LengthM : null;
        game.PitchWidthM = publication.Panorama.Pitch is { WidthM: > 1 and < 1000 } width ? width.WidthM : null;
        game.GameMetadata = new GameMetadata(publication.Fps, publication.Panorama, publication.Follow, publication.Renditions, publication.HighlightReel).ToJson();
        game.IsProcessed = true;
        game.ProcessedAt = now;
        game.Events.AddRange(publication.Events.Select(moment => new GameEvent
        {
            EventType = Type(moment.Type),
            TimestampSeconds = moment.TimestampSeconds,
            Confidence = moment.Confidence,
            FieldPositionX = moment.X,
            FieldPositionY = moment.Y,
            Side = moment.Team,
            Description = moment.Description,
        }));
        game.Clips.AddRange(publication.Clips.Select(clip => new Clip
        {
            Title = clip.Title,
            EventType = Type(clip.EventType),
            FileName = clip.FileName,
            ThumbnailFileName = clip.ThumbnailFileName,
            StartTime = clip.StartSeconds,
            EndTime = clip.EndSeconds,
            Event = game.Events
                .Where(moment => moment.EventType == Type(clip.EventType) && Math.Abs(moment.TimestampSeconds - clip.EventSeconds) <= SameMomentSeconds)
                .MinBy(moment => Math.Abs(moment.TimestampSeconds - clip.EventSeconds)),
        }));
        game.MediaFiles.AddRange(publication.Files.Select(file => new MediaFile
        {
            Name = file.Name,
            SizeBytes = file.SizeBytes,
            Sha256 = file.Sha256,
            ContentType = file.ContentType,
        }));
    }

    private static GameEventType Type(string text) => SnakeCase.TryParse<GameEventType>(text, out var type)
        ? type
        : throw new ArgumentException($"'{text}' is no event type.", nameof(text));
}
