using System.Diagnostics;
using System.Globalization;
using Rig.Actors.Pipeline;
using Rig.CameraNode.Imaging;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Rehearsal.DrawnMatch;

namespace Rig.Tests.Stitch;

/// <summary>Takes of the synthetic match, rendered and encoded by the test, with manifests as a node writes them.</summary>
internal static class SyntheticTakes
{
    public static readonly DateTimeOffset Start = new(2026, 11, 21, 14, 0, 0, TimeSpan.Zero);
    public static readonly SessionId Session = SessionId.TryParse("GAME_20261121_140000", out var id) ? id : throw new InvalidOperationException();

    /// <param name="lateBy">How much later than its manifest says the camera really filmed.</param>
    public static async Task<TakeFile> RecordAsync(
        string folder, CameraId camera, int width, int height, int fps, double seconds, bool withLens = true, TimeSpan lateBy = default, double matchSecond = 20)
    {
        using var source = new SyntheticSource(camera, width, height, fps, seed: 7);
        var id = new TakeId(Session, camera);
        var path = Path.Combine(folder, id + ".mp4");
        var frames = (int)Math.Round(seconds * fps);
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardInput = true };
        foreach (var argument in new[]
        {
            "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", $"{width}x{height}", "-r", fps.ToString(CultureInfo.InvariantCulture), "-i", "pipe:0",
            "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18", path,
        })
        {
            start.ArgumentList.Add(argument);
        }

        using var ffmpeg = Process.Start(start)!;
        var frame = new Yuv420Frame(width, height);
        for (var i = 0; i < frames; i++)
        {
            source.Fill(frame, TimeSpan.FromSeconds(matchSecond + ((double)i / fps)) + lateBy);
            await ffmpeg.StandardInput.BaseStream.WriteAsync(frame.Data);
        }

        ffmpeg.StandardInput.Close();
        await ffmpeg.WaitForExitAsync();
        Assert.Equal(0, ffmpeg.ExitCode);
        return new TakeFile(id, path, Manifest(id, path, width, height, fps, seconds, withLens ? source.Lens : null, Start));
    }

    public static Manifest Manifest(TakeId id, string path, int width, int height, int fps, double seconds, ManifestLens? lens, DateTimeOffset start) => new()
    {
        Recording = new ManifestRecording(id.ToString(), id.SessionId.ToString(), id.CameraId.Value, id.CameraId.Position, id.Take),
        File = new ManifestFile(Path.GetFileName(path), new FileInfo(path).Length, "mp4", "h264"),
        Video = new ManifestVideo(new ManifestResolution(width, height), fps, 8, seconds),
        Timing = new ManifestTiming(start, start.AddSeconds(seconds), NtpSynced: true),
        Checksum = new ManifestChecksum("sha256", new string('0', 64)),
        Lens = lens,
    };

    public static StageContext Context(string folder, params TakeFile[] takes) => new(Session, folder, takes, new Dictionary<PipelineStage, System.Text.Json.Nodes.JsonObject>());
}
