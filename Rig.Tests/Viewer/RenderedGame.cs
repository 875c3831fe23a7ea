using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Publishing;
using Rig.Ingest.Renditions;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer;

/// <summary>The colours' panorama (<see cref="PanoramaVideo"/>) with the renditions that the home server makes of it.</summary>
internal static class RenderedGame
{
    private static readonly PanoramaGeometry Geometry = PublishedGame.Make("ANY").Publication.Panorama;
    private static readonly IReadOnlyList<FollowKey> Follow = [new(0, -20, 7, 40), new(4, -20, 7, 40), new(8, 20, 7, 40), new(20, 20, 7, 40)];
    private static readonly Lazy<Task<(RenditionSet Set, Dictionary<string, byte[]> Bytes)>> Made = new(MakeAsync);

    public static async Task<PublishedGame> PublishableAsync(string sessionId)
    {
        var (set, rendered) = await Made.Value;
        var bytes = new Dictionary<string, byte[]>(rendered)
        {
            ["thumbnail.jpg"] = await PanoramaVideo.PictureAsync(),
            ["goal-0012.mp4"] = await PanoramaVideo.ClipAsync(),
            ["goal-0012.jpg"] = await PanoramaVideo.PictureAsync(),
            ["highlights.mp4"] = await PanoramaVideo.ClipAsync(),
        };
        var game = PublishedGame.Make(sessionId, bytes: bytes);
        return game with { Publication = game.Publication with { DurationSeconds = 20, Fps = 10, Follow = Follow, Renditions = set, HighlightReel = "highlights.mp4" } };
    }

    private static async Task<(RenditionSet Set, Dictionary<string, byte[]> Bytes)> MakeAsync()
    {
        using var folder = new TempFolder("rig-rendered");
        await File.WriteAllBytesAsync(folder.File("panorama.mp4"), await PanoramaVideo.PanoramaAsync());
        var set = await new RenditionMaker(Options.Create(new RenditionOptions { Preset = "ultrafast" })).MakeAsync(
            new MatchToRender(folder.Path, folder.File("panorama.mp4"), Geometry, Follow, 10, 20, 2), new Progress<StageProgress>(), CancellationToken.None);
        return (set, set.FileNames.ToDictionary(name => name, name => File.ReadAllBytes(folder.File("renditions", name))));
    }
}
