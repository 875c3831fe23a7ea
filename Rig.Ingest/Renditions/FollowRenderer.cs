using Rig.Domain.Match;
using Rig.Media;

namespace Rig.Ingest.Renditions;

/// <summary>
/// Renders the follow camera's broadcast: the panorama is decoded once, the view drawn once at the best rendition's size, and one
/// ffmpeg makes all renditions of it.
/// </summary>
internal sealed class FollowRenderer(string panoramaPath, PanoramaGeometry geometry, IReadOnlyList<FollowKey> follow, double fps, RenditionOptions options)
{
    /// <param name="ladder">The best first.</param>
    /// <param name="pathOf">Where a rendition's file is written.</param>
    public async Task RenderAsync(LadderPlan ladder, double durationSeconds, Func<RenditionPlan, string> pathOf, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var best = ladder.Renditions[0];
        var frames = Math.Max(1, durationSeconds * fps);
        string[] arguments =
        [
            "-filter_complex", EncoderArguments.Graph(best.Width, best.Height, ladder.Renditions),
            .. ladder.Renditions.SelectMany((plan, i) => EncoderArguments.Of(plan, $"v{i}", options, pathOf(plan))).SkipLast(1),
        ];
        await using var decoder = FrameReader.Start(new MediaInput(panoramaPath), "-fps_mode", "passthrough");
        await using var encoder = FrameWriter.Start(new RawVideo(best.Width, best.Height, fps), second: null, arguments, pathOf(ladder.Renditions[^1]));
        var camera = new VirtualCamera(geometry, best.Width, best.Height);
        var look = new FollowView(follow, geometry, (double)best.Width / best.Height);
        // Two of each: the next panorama is read and the last view written while one is drawn.
        byte[][] panoramas = [new byte[geometry.Width * geometry.Height * 3 / 2], new byte[geometry.Width * geometry.Height * 3 / 2]];
        byte[][] views = [new byte[best.Width * best.Height * 3 / 2], new byte[best.Width * best.Height * 3 / 2]];
        var writing = Task.CompletedTask;
        var reading = decoder.ReadAsync(panoramas[0], cancellationToken).AsTask();
        for (var i = 0; await reading; i++)
        {
            reading = decoder.ReadAsync(panoramas[(i + 1) & 1], cancellationToken).AsTask();
            camera.Render(panoramas[i & 1], look.At(i / fps), views[i & 1]);
            await writing;
            writing = encoder.WriteAsync(views[i & 1], cancellationToken);
            progress.Report(Math.Min(1, (i + 1) / frames));
        }

        await writing;
        await decoder.FinishAsync(cancellationToken);
        await encoder.FinishAsync(cancellationToken);
    }
}
