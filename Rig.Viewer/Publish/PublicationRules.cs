using System.Text.RegularExpressions;
using Rig.Domain.Identity;
using Rig.Domain.Match;
using Rig.Domain.Publishing;
using Rig.Viewer.Accounts;
using Rig.Viewer.Settings;
using Rig.Viewer.Storage;
using Rig.Viewer.Watch;

namespace Rig.Viewer.Publish;

/// <summary>What an announced game must look like before anything of it is stored; docs/ref/publish-api.md.</summary>
internal static partial class PublicationRules
{
    public const string PanoramaName = "panorama.mp4";
    public const string ThumbnailName = "thumbnail.jpg";
    private const int MaxEvents = 10_000;
    private const int MaxClips = 1_000;
    private const int MaxFollowKeys = 200_000;
    private const int MaxLadders = 8;
    private const int MaxRenditions = 16;
    private const int MaxSheets = 100;
    private const int MaxFiles = (2 * MaxClips) + 500;
    private const double MaxDurationSeconds = 86_400;

    /// <summary>By the end of the name; nothing else is ever served, so a browser never runs what was published.</summary>
    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal) { [".mp4"] = "video/mp4", [".jpg"] = "image/jpeg", [".m3u8"] = "application/vnd.apple.mpegurl" };

    /// <returns>Null when the game may be taken.</returns>
    public static PublicationRefusal? Check(GamePublication publication, MediaOptions limits) =>
        CheckGame(publication)
        ?? CheckPanorama(publication.Panorama)
        ?? CheckFiles(publication, limits)
        ?? CheckRenditions(publication)
        ?? CheckEvents(publication)
        ?? CheckClips(publication)
        ?? CheckFollow(publication.Follow);

    private static PublicationRefusal? CheckGame(GamePublication publication) => Refuse(
        (!SessionId.TryParse(publication.SessionId, out _), "session_id must be 1 to 64 letters, digits, '_' or '-', such as GAME_20261121_140000."),
        (!TeamRegistry.IsTeamCode(publication.TeamCode), "team_code must be 2 to 16 capital letters, digits or '-', such as BLUE12."),
        (publication.Opponent is { } opponent && !IsText(opponent, 100), "opponent must be 1 to 100 printable characters, or left out."),
        (publication.RecordedAt.Year is < 2000 or > 2200, "recorded_at must be an instant, such as 2026-11-21T14:00:00Z."),
        (!IsIn(publication.DurationSeconds, 0, MaxDurationSeconds) || publication.DurationSeconds == 0, "duration_seconds must be more than 0 and at most 86400."),
        (!IsIn(publication.Fps, 0, 240) || publication.Fps == 0, "fps must be more than 0 and at most 240."),
        (publication.Panorama is null, "panorama is missing."),
        (publication.Files is null || publication.Files.Any(file => file is null), "files is missing or holds a null."),
        (publication.Events is null || publication.Events.Any(moment => moment is null), "events is missing or holds a null; send [] for none."),
        (publication.Clips is null || publication.Clips.Any(clip => clip is null), "clips is missing or holds a null; send [] for none."),
        (publication.Follow is null || publication.Follow.Any(key => key is null), "follow is missing or holds a null; send [] for none."));

    private static PublicationRefusal? CheckPanorama(PanoramaGeometry panorama) => Refuse(
        (panorama.Width is < 16 or > 32_768 || panorama.Height is < 16 or > 32_768, "panorama.width and panorama.height must be 16 to 32768."),
        (!IsIn(panorama.FocalPx, 1, 1e6), "panorama.focal_px must be 1 to 1000000."),
        (!IsIn(panorama.CenterColumn, -1e6, 1e6), "panorama.center_column must be a number."),
        (!IsIn(panorama.HorizonRow, -1e6, 1e6), "panorama.horizon_row must be a number."),
        (panorama.Pitch is { } pitch && (pitch.RigToPitch is not { Length: 9 } || pitch.RigToPitch.Any(value => !double.IsFinite(value))), "panorama.pitch.rig_to_pitch must be 9 numbers."));

    private static PublicationRefusal? CheckFiles(GamePublication publication, MediaOptions limits)
    {
        var files = publication.Files;
        if (files.Count > MaxFiles)
        {
            return PublicationRefusal.TooLarge($"files must be at most {MaxFiles}.");
        }

        foreach (var file in files)
        {
            var refusal = Refuse(
                (file.Name is null || !FileNamePattern().IsMatch(file.Name), "files.name must match ^[a-z0-9][a-z0-9._-]{0,63}$."),
                (file.Name is null || !ContentTypes.TryGetValue(Path.GetExtension(file.Name), out var type) || file.ContentType != type,
                    $"files: '{Shown(file.Name)}' must end in .mp4 with content_type video/mp4, in .jpg with image/jpeg, or in .m3u8 with application/vnd.apple.mpegurl."),
                (file.SizeBytes < 1, $"files: size_bytes of '{Shown(file.Name)}' must be at least 1."),
                (!MediaStore.IsSha256(file.Sha256), $"files: sha256 of '{Shown(file.Name)}' must be 64 lower-case hex digits."));
            if (refusal is not null)
            {
                return refusal;
            }

            if (file.SizeBytes > limits.MaxFileSizeBytes)
            {
                return PublicationRefusal.TooLarge($"files: '{file.Name}' is larger than the viewer's limit of {limits.MaxFileSizeGb} GB (Rig:Media:MaxFileSizeGb).");
            }
        }

        if (files.Sum(file => (decimal)file.SizeBytes) > limits.MaxGameSizeBytes)
        {
            return PublicationRefusal.TooLarge($"files: together they are larger than the viewer's limit of {limits.MaxGameSizeGb} GB (Rig:Media:MaxGameSizeGb).");
        }

        return Refuse(
            (files.DistinctBy(file => file.Name).Count() != files.Count, "files: a name is there twice."),
            (files.GroupBy(file => file.Sha256).Any(same => same.DistinctBy(file => file.SizeBytes).Count() > 1), "files: one sha256 is given two sizes."),
            (publication.Renditions is null && files.All(file => file.Name != PanoramaName), $"files must name {PanoramaName}, or the game have renditions."),
            (files.All(file => file.Name != ThumbnailName), $"files must name {ThumbnailName}."));
    }

    private static PublicationRefusal? CheckRenditions(GamePublication publication)
    {
        var names = publication.Files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        if (publication.HighlightReel is { } reel && (!reel.EndsWith(".mp4", StringComparison.Ordinal) || !names.Contains(reel)))
        {
            return PublicationRefusal.BadRequest($"highlight_reel '{Shown(reel)}' is not an .mp4 among files.");
        }

        if (publication.Renditions is not { } set)
        {
            return null;
        }

        if (set.Ladders is not { Count: > 0 and <= MaxLadders } ladders || ladders.Any(ladder => ladder is null) || set.Thumbnails is not { } pictures || set.Poster is null)
        {
            return PublicationRefusal.BadRequest($"renditions must have 1 to {MaxLadders} ladders, poster and thumbnails.");
        }

        return ladders.Select(CheckLadder).FirstOrDefault(refusal => refusal is not null)
            ?? Refuse(
                (ladders.All(ladder => ladder.Kind != RenditionLadder.Panorama), "renditions.ladders must have the kind panorama."),
                (ladders.DistinctBy(ladder => ladder.Kind).Count() != ladders.Count, "renditions.ladders has a kind twice."),
                (pictures.Sheets is not { Count: > 0 and <= MaxSheets }, $"renditions.thumbnails.sheets must be 1 to {MaxSheets}."))
            ?? Refuse(
                (set.FileNames.Any(name => name is null || !names.Contains(name)), $"renditions: '{Shown(set.FileNames.FirstOrDefault(name => name is null || !names.Contains(name)))}' is not among files."),
                (!set.Poster.EndsWith(".jpg", StringComparison.Ordinal), "renditions.poster must be a .jpg."),
                (!IsIn(pictures.IntervalSeconds, 0.1, MaxDurationSeconds), "renditions.thumbnails.interval_seconds must be 0.1 to 86400."),
                (pictures.Width is < 16 or > 1024 || pictures.Height is < 16 or > 1024, "renditions.thumbnails.width and height must be 16 to 1024."),
                (pictures.Columns is < 1 or > 100 || pictures.Rows is < 1 or > 100, "renditions.thumbnails.columns and rows must be 1 to 100."),
                (pictures.Count < 1 || pictures.Count > pictures.Columns * pictures.Rows * pictures.Sheets.Count, "renditions.thumbnails.count is more than its sheets hold."));
    }

    private static PublicationRefusal? CheckLadder(RenditionLadder ladder) => Refuse(
        (ladder.Kind is null || !KindPattern().IsMatch(ladder.Kind), "renditions.ladders.kind must be a word such as follow."),
        (ladder.MasterPlaylist is null || !ladder.MasterPlaylist.EndsWith(".m3u8", StringComparison.Ordinal), "renditions.ladders.master_playlist must be an .m3u8."),
        (ladder.Renditions is not { Count: > 0 and <= MaxRenditions } || ladder.Renditions.Any(one => one?.Playlist is null || one.File is null || one.CodecString is null), $"renditions.ladders.renditions must be 1 to {MaxRenditions}, each with playlist, file and codec_string."))
        ?? ladder.Renditions.Select(one => Refuse(
            (!IsText(one.Name, 64) || !IsText(one.Codec, 16) || !IsText(one.CodecString, 64), "renditions: name, codec and codec_string must be printable characters."),
            (one.Width is < 16 or > 32_768 || one.Height is < 16 or > 32_768, "renditions: width and height must be 16 to 32768."),
            (one.PeakBitsPerSecond < 1 || one.AverageBitsPerSecond < 1, "renditions: peak_bits_per_second and average_bits_per_second must be at least 1.")))
            .FirstOrDefault(refusal => refusal is not null);

    private static PublicationRefusal? CheckEvents(GamePublication publication)
    {
        if (publication.Events.Count > MaxEvents)
        {
            return PublicationRefusal.TooLarge($"events must be at most {MaxEvents}.");
        }

        return publication.Events.Select(moment => Refuse(
            (!SnakeCase.TryParse<GameEventType>(moment.Type, out _), $"events.type '{Shown(moment.Type)}' is not one of {SnakeCase.Choices<GameEventType>()}."),
            (!IsIn(moment.TimestampSeconds, 0, MaxDurationSeconds), "events.timestamp_seconds must be 0 to 86400."),
            (!IsIn(moment.Confidence, 0, 1), "events.confidence must be 0 to 1."),
            (moment.X is { } x && !IsIn(x, -1000, 1000), "events.x must be -1000 to 1000 (metres)."),
            (moment.Y is { } y && !IsIn(y, -1000, 1000), "events.y must be -1000 to 1000 (metres)."),
            (moment.Team is not (null or "a" or "b"), "events.team must be a or b, or left out."),
            (moment.Description is { } text && !IsText(text, 500), "events.description must be 1 to 500 printable characters, or left out.")))
            .FirstOrDefault(refusal => refusal is not null);
    }

    private static PublicationRefusal? CheckClips(GamePublication publication)
    {
        if (publication.Clips.Count > MaxClips)
        {
            return PublicationRefusal.TooLarge($"clips must be at most {MaxClips}.");
        }

        var names = publication.Files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        return publication.Clips.Select(clip => Refuse(
            (clip.FileName is null || !clip.FileName.EndsWith(".mp4", StringComparison.Ordinal) || !names.Contains(clip.FileName), $"clips.file_name '{Shown(clip.FileName)}' is not an .mp4 among files."),
            (clip.ThumbnailFileName is null || !clip.ThumbnailFileName.EndsWith(".jpg", StringComparison.Ordinal) || !names.Contains(clip.ThumbnailFileName), $"clips.thumbnail_file_name '{Shown(clip.ThumbnailFileName)}' is not a .jpg among files."),
            (!IsText(clip.Title, 200), "clips.title must be 1 to 200 printable characters."),
            (!SnakeCase.TryParse<GameEventType>(clip.EventType, out _), $"clips.event_type '{Shown(clip.EventType)}' is not one of {SnakeCase.Choices<GameEventType>()}."),
            (!IsIn(clip.StartSeconds, 0, MaxDurationSeconds) || !IsIn(clip.EndSeconds, 0, MaxDurationSeconds) || clip.EndSeconds <= clip.StartSeconds, "clips.start_seconds and clips.end_seconds must be 0 to 86400, the end after the start."),
            (!IsIn(clip.EventSeconds, 0, MaxDurationSeconds), "clips.event_seconds must be 0 to 86400.")))
            .FirstOrDefault(refusal => refusal is not null);
    }

    private static PublicationRefusal? CheckFollow(IReadOnlyList<FollowKey> follow)
    {
        if (follow.Count > MaxFollowKeys)
        {
            return PublicationRefusal.TooLarge($"follow must be at most {MaxFollowKeys} keys.");
        }

        return Refuse(
            (follow.Any(key => !IsIn(key.TSeconds, 0, MaxDurationSeconds) || !IsIn(key.YawDeg, -360, 360) || !IsIn(key.PitchDeg, -90, 90) || !IsIn(key.FovDeg, 1, 179)),
                "follow: t_seconds must be 0 to 86400, yaw_deg -360 to 360, pitch_deg -90 to 90, fov_deg 1 to 179."),
            (follow.Zip(follow.Skip(1)).Any(pair => pair.Second.TSeconds <= pair.First.TSeconds), "follow: t_seconds must grow from key to key."));
    }

    private static PublicationRefusal? Refuse(params ReadOnlySpan<(bool Wrong, string Error)> rules)
    {
        foreach (var (wrong, error) in rules)
        {
            if (wrong)
            {
                return PublicationRefusal.BadRequest(error);
            }
        }

        return null;
    }

    private static bool IsIn(double value, double least, double most) => double.IsFinite(value) && value >= least && value <= most;

    private static bool IsText(string? text, int maxLength) =>
        !string.IsNullOrWhiteSpace(text) && text.Length <= maxLength && !text.Any(char.IsControl);

    private static string Shown(string? text) => text is null ? "" : text.Length <= 64 ? text : text[..64] + "...";

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,63}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileNamePattern();

    [GeneratedRegex("^[a-z][a-z0-9_]{0,31}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex KindPattern();
}
