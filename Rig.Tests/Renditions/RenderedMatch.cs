using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Domain.Publishing;
using Rig.Ingest.Renditions;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Renditions;

/// <summary>Renditions of five and a half seconds of a pattern, made once for all tests that only read them.</summary>
public sealed class RenderedMatch : IAsyncLifetime, IDisposable
{
    internal const double Seconds = 5.5;
    internal static readonly PanoramaGeometry Geometry = new() { Width = 1440, Height = 400, FocalPx = 500, CenterColumn = 720, HorizonRow = 120 };
    private static readonly IReadOnlyList<FollowKey> Follow = [new(0, -10, 5, 50), new(5, 10, 5, 50)];
    private readonly TempFolder session = new();

    internal string Folder => session.File("renditions");

    internal RenditionSet Set { get; private set; } = null!;

    internal MatchToRender Match => new(session.Path, session.File("panorama.mp4"), Geometry, Follow, 15, Seconds, 2);

    internal static Task<RenditionSet> MakeAsync(MatchToRender match) =>
        new RenditionMaker(Options.Create(new RenditionOptions { Preset = "ultrafast" })).MakeAsync(match, new Ignored(), CancellationToken.None);

    public async Task InitializeAsync()
    {
        string[] pattern =
        [
            "-y", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1440x400:r=15:d=5.5", "-f", "lavfi", "-i", "sine=d=5.5",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", session.File("panorama.mp4"),
        ];
        await Ffmpeg.RunAsync("ffmpeg", pattern);
        Set = await MakeAsync(Match);
    }

    Task IAsyncLifetime.DisposeAsync() => Task.CompletedTask;

    public void Dispose() => session.Dispose();

    private sealed class Ignored : IProgress<StageProgress>
    {
        public void Report(StageProgress value)
        {
        }
    }
}
