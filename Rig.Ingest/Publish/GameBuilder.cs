using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Messages;
using Rig.Domain.Publishing;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Publish;

/// <summary>Puts together what the viewer is told of a session, from what the stages left in its folder.</summary>
internal static class GameBuilder
{
    /// <exception cref="StageFailedException">A stage's result is missing or broken; the message names the file.</exception>
    public static async Task<(GamePublication Game, IReadOnlyDictionary<string, string> Paths)> BuildAsync(
        StageContext context, SessionFiles sessionFiles, PublishOptions options, CancellationToken cancellationToken)
    {
        var clips = sessionFiles.Clips(context.SessionId);
        var available = sessionFiles.List(context.SessionId).ToDictionary(file => file.Name);
        var renditions = sessionFiles.Renditions(context.SessionId);
        var reel = available.ContainsKey(SessionFiles.Reel) ? SessionFiles.Reel : null;
        string[] names =
        [
            // The stitched file is what the home server works on, and far larger than what anyone watches.
            .. renditions?.FileNames ?? [SessionFiles.Panorama], SessionFiles.Thumbnail,
            .. clips.SelectMany(clip => new[] { clip.FileName, clip.ThumbnailFileName }), .. reel is null ? Array.Empty<string>() : [reel],
        ];
        var files = new List<PublicationFile>();
        foreach (var name in names.Distinct())
        {
            var file = available.GetValueOrDefault(name)
                ?? throw new StageFailedException($"The session has no {name}. Press Process to work on it again.");
            await using var stream = File.OpenRead(file.Path);
            var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken));
            files.Add(new PublicationFile(name, stream.Length, sha256, file.ContentType));
        }

        if (context.Takes.Count == 0)
        {
            throw new StageFailedException("The session has no verified recording.");
        }

        var stitched = context.Results.GetValueOrDefault(PipelineStage.Stitched);
        var video = context.Takes[0].Manifest.Video;
        var game = new GamePublication(
            context.SessionId.Value,
            options.TeamCode,
            string.IsNullOrWhiteSpace(options.Opponent) ? null : options.Opponent,
            (DateTimeOffset?)stitched?["start_time"] ?? context.Takes.Min(take => take.Manifest.Timing.StartTime),
            (double?)stitched?["duration_seconds"] ?? context.Takes.Max(take => take.Manifest.Video.DurationSec),
            (double?)stitched?["output_fps"] ?? video.Fps,
            Read(context, "stitched/panorama.json", PanoramaJson.Default.PanoramaGeometry),
            Read(context, "analysis/events.json", TrackingJson.Default.IReadOnlyListMatchEvent),
            clips,
            Read(context, "analysis/follow.json", TrackingJson.Default.IReadOnlyListFollowKey),
            files,
            renditions,
            reel);
        return (game, files.ToDictionary(file => file.Name, file => available[file.Name].Path));
    }

    private static T Read<T>(StageContext context, string name, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(context.SessionPath, name)), type)
                ?? throw new StageFailedException($"{name} is empty. Press Process to work on the session again.");
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException or DirectoryNotFoundException)
        {
            throw new StageFailedException($"{name} is missing or broken. Press Process to work on the session again.", e);
        }
    }
}
