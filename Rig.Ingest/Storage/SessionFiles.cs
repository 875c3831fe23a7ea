using System.Text.Json;
using System.Text.RegularExpressions;
using Rig.Domain.Identity;
using Rig.Domain.Match;
using Rig.Domain.Publishing;

namespace Rig.Ingest.Storage;

/// <summary>A file of a session that may be shown or published.</summary>
/// <param name="Name">As others see it; unique within the session.</param>
public sealed record SessionFile(string Name, string Path, string ContentType);

/// <summary>The results that stages leave in a session's folder. A name that is asked for is looked up here and never becomes a path.</summary>
public sealed partial class SessionFiles(SessionLayout layout)
{
    public const string Panorama = "panorama.mp4";
    public const string Thumbnail = "thumbnail.jpg";
    public const string Reel = "highlights.mp4";

    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal)
    {
        [".mp4"] = "video/mp4",
        [".jpg"] = "image/jpeg",
        [".m3u8"] = "application/vnd.apple.mpegurl",
    };

    public IReadOnlyList<SessionFile> List(SessionId session)
    {
        var folder = layout.SessionFolder(session);
        var files = new List<SessionFile>
        {
            new(Panorama, Path.Combine(folder, "stitched", Panorama), "video/mp4"),
            new("panorama.json", Path.Combine(folder, "stitched", "panorama.json"), "application/json"),
            new("alignment.json", Path.Combine(folder, "stitched", "alignment.json"), "application/json"),
            new("events.json", Path.Combine(folder, "analysis", "events.json"), "application/json"),
            new("follow.json", Path.Combine(folder, "analysis", "follow.json"), "application/json"),
            new("tracks.jsonl", Path.Combine(folder, "analysis", "tracks.jsonl"), "application/x-ndjson"),
            new("clips.json", Path.Combine(folder, "clips", "clips.json"), "application/json"),
            new(Thumbnail, Path.Combine(folder, "stitched", Thumbnail), "image/jpeg"),
            new(Reel, Path.Combine(folder, "clips", Reel), "video/mp4"),
        };
        foreach (var name in Renditions(session)?.FileNames ?? [])
        {
            files.Add(new SessionFile(name, Path.Combine(folder, "renditions", name), ContentTypes[Path.GetExtension(name)]));
        }

        foreach (var clip in Clips(session))
        {
            files.Add(new SessionFile(clip.FileName, Path.Combine(folder, "clips", clip.FileName), "video/mp4"));
            files.Add(new SessionFile(clip.ThumbnailFileName, Path.Combine(folder, "clips", clip.ThumbnailFileName), "image/jpeg"));
        }

        return files.Where(file => File.Exists(file.Path)).DistinctBy(file => file.Name).ToList();
    }

    public SessionFile? Find(SessionId session, string name) => List(session).FirstOrDefault(file => file.Name == name);

    /// <returns>The clips whose names are file names and nothing more.</returns>
    public IReadOnlyList<ClipInfo> Clips(SessionId session)
    {
        var path = Path.Combine(layout.SessionFolder(session), "clips", "clips.json");
        try
        {
            return File.Exists(path)
                ? [.. (JsonSerializer.Deserialize(File.ReadAllBytes(path), TrackingJson.Default.IReadOnlyListClipInfo) ?? []).Where(clip => IsName(clip.FileName) && IsName(clip.ThumbnailFileName))]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <returns>Null where none were made, or where a name is none of a file that may be shown.</returns>
    public RenditionSet? Renditions(SessionId session)
    {
        var path = Path.Combine(layout.SessionFolder(session), "renditions", "renditions.json");
        try
        {
            return File.Exists(path) && JsonSerializer.Deserialize(File.ReadAllBytes(path), PublicationJson.Default.RenditionSet) is { } set
                && set.FileNames.All(name => IsName(name) && ContentTypes.ContainsKey(Path.GetExtension(name)))
                ? set
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static bool IsName(string? name) => name is not null && FileName().IsMatch(name);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9._-]{0,63}\z")]
    private static partial Regex FileName();
}
