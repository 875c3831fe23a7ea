using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Ingest.Stitch;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Kernel;
using Rig.Ingest.Stitch.Video;
using Rig.Tests.Capture;
using Rig.Tests.Support;

namespace Rig.Tests.Stitch;

/// <summary>A flash and the beep beside it stay together in the panorama, whenever the file's sound begins.</summary>
public sealed class SoundTests
{
    private const int Width = 320;
    private const int Height = 180;
    private const int Fps = 25;
    private const int SoundHz = 8000;
    private const double Seconds = 3;

    /// <summary>In the times of the picture.</summary>
    private const double FlashSeconds = 1.52;

    [Theory]
    [InlineData("mp4", 0, 0, 0)]
    [InlineData("mp4", 0.6, 0, 0)]
    [InlineData("mkv", 0.6, 0, 0)]
    [InlineData("ts", 0.6, 0, 0)]
    [InlineData("mp4", 0, 0.6, 0)]
    [InlineData("mkv", 0, 0.6, 0)]
    [InlineData("ts", 0, 0.6, 0)]
    [InlineData("mp4", 0.6, 0, 0.8)]
    public async Task A_beep_is_heard_when_its_flash_is_seen(string container, double soundEarlier, double soundLater, double cameraLater)
    {
        using var folder = new TempFolder();
        await RecordAsync(folder, $"CAM_L.{container}", soundEarlier, soundLater);
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i", Invariant($"color=c=gray:s={Width}x{Height}:r={Fps}:d={Seconds + cameraLater}"), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", folder.File("CAM_R.mp4")]);
        var context = await PreparedAsync(folder, $"CAM_L.{container}", cameraLater);

        _ = await new StitchStage(Options.Create(new StitchOptions { EncoderPreset = "ultrafast" }), NullLogger<StitchStage>.Instance)
            .RunAsync(context, new Progress<StageProgress>(), CancellationToken.None);

        var panorama = folder.File("stitched", "panorama.mp4");
        Assert.InRange(FlashAt(panorama), FlashSeconds + cameraLater - 0.041, FlashSeconds + cameraLater + 0.041);
        Assert.InRange(await BeepAtAsync(panorama), FlashSeconds + cameraLater - 0.045, FlashSeconds + cameraLater + 0.045);
    }

    /// <summary>The beep is as far into the sound as the flash is into the picture, apart from what the sound begins earlier or later.</summary>
    private static async Task RecordAsync(TempFolder folder, string name, double soundEarlier, double soundLater)
    {
        var beep = FlashSeconds + soundEarlier - soundLater;
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i",
            Invariant($"color=c=0x404040:s={Width}x{Height}:r={Fps}:d={Seconds},drawbox=t=fill:color=white:enable='gte(t,{FlashSeconds - 0.001})'"), "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", folder.File("picture.mkv")]);
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y", "-f", "lavfi", "-i",
            Invariant($"aevalsrc='if(gte(t,{beep}),0.8*sin(2*PI*1000*t),0)':s=48000:d={Seconds}"), "-c:a", "aac", folder.File("sound.mkv")]);
        await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-y",
            "-itsoffset", Invariant($"{soundEarlier}"), "-i", folder.File("picture.mkv"), "-itsoffset", Invariant($"{soundLater}"), "-i", folder.File("sound.mkv"), "-c", "copy", folder.File(name)]);
    }

    private static async Task<StageContext> PreparedAsync(TempFolder folder, string left, double leftLater)
    {
        var lens = CameraLens.Equidistant(Width, Height, 1.0);
        CameraId[] ids = [CameraId.Left, CameraId.Right];
        var takes = ids.Select((camera, i) =>
        {
            var (id, path) = (new TakeId(SyntheticTakes.Session, camera), folder.File(i == 0 ? left : "CAM_R.mp4"));
            return new TakeFile(id, path, SyntheticTakes.Manifest(id, path, Width, Height, Fps, Seconds, null, SyntheticTakes.Start.AddSeconds(i == 0 ? leftLater : 0)));
        }).ToArray();
        var cameras = ids.Select((id, i) => new AlignedCamera(id.Value, lens, Rotation.FromYaw(0.8 * (i - 0.5)).ToRowMajor(), ExposureMatch.None, 0, 1)).ToArray();
        StitchFolder.Write(StitchFolder.Alignment(folder.Path), new AlignmentFile(SyntheticTakes.Start, cameras, 0, 0, 0, 0, "test").ToUtf8Json());
        StitchFolder.Write(StitchFolder.Geometry(folder.Path), PanoramaPlanner.Plan([.. cameras.Select(c => c.Model())], null, 640).ToUtf8Json());
        return SyntheticTakes.Context(folder.Path, takes);
    }

    private static unsafe double FlashAt(string path)
    {
        using var reader = VideoReader.Open(path);
        while (reader.Read() is { } frame)
        {
            using (frame)
            {
                if (frame.Y[((long)frame.Height / 2 * frame.StrideY) + 40] > 180)
                {
                    return frame.Seconds;
                }
            }
        }

        return double.NaN;
    }

    private static async Task<double> BeepAtAsync(string path)
    {
        var sound = await Ffmpeg.RunAsync("ffmpeg", ["-v", "error", "-i", path, "-vn", "-af", "aresample=async=1:first_pts=0", "-ac", "1", "-ar", SoundHz.ToString(CultureInfo.InvariantCulture), "-f", "s16le", "pipe:1"]);
        for (var i = 0; i + 1 < sound.Length; i += 2)
        {
            if (BinaryPrimitives.ReadInt16LittleEndian(sound.AsSpan(i)) > 6000)
            {
                return i / 2.0 / SoundHz;
            }
        }

        return double.NaN;
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
