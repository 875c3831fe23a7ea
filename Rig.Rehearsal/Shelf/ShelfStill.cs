using System.Diagnostics;
using System.Text.Json;
using Rig.CameraNode.Frames;

namespace Rig.Rehearsal.Shelf;

/// <summary>A still-frame camera before a drawn shelf. Its first picture begins the scene, and writes down when that was; after the scene's end it gives none.</summary>
internal sealed class ShelfStill(ShelfScript script, string truthFile) : IStillCamera
{
    private readonly ShelfScene scene = new(script);
    private long begin;

    public int Width => ShelfScene.Width;

    public int Height => ShelfScene.Height;

    public Task<(byte[] Jpeg, int Quality)> TakeAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            if (begin == 0)
            {
                begin = Stopwatch.GetTimestamp();
                File.WriteAllText(truthFile, JsonSerializer.Serialize(TimeProvider.System.GetUtcNow()));
            }

            var at = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            return at < script.LengthSec ? scene.Draw(at) : throw new IOException("The scene is over.");
        },
        cancellationToken);

    public void Dispose() => scene.Dispose();
}
