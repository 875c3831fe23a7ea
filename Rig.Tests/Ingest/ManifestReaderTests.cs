using System.Text;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Ingest.Intake;

namespace Rig.Tests.Ingest;

public sealed class ManifestReaderTests
{
    private static readonly TakeFacts Facts = new(SessionId.Parse("GAME_20261121_140000"), CameraId.Parse("CAM_L"), 1, 1000, new string('a', 64));

    [Fact]
    public void A_checksum_in_capitals_is_the_same_checksum()
    {
        var json = Whole().ToUtf8Json();
        var shouted = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json).Replace(Facts.Sha256, Facts.Sha256.ToUpperInvariant(), StringComparison.Ordinal));

        Assert.Equal(Facts.Sha256, Manifest.Parse(shouted).Checksum.Value);
        Assert.Equal(Facts.Sha256, ManifestReader.Read(shouted, Facts).Checksum.Value);
    }

    [Fact]
    public async Task What_is_unknown_just_now_is_not_written_down_as_zero()
    {
        var busy = await Assert.ThrowsAsync<IntakeException>(() => ManifestReader.ReadAsync("{}"u8.ToArray(), Facts, () => throw new IntakeException(IntakeFault.Busy, "later")));
        Assert.False(busy.IsFinal);
    }

    [Fact]
    public async Task A_whole_manifest_asks_nothing_of_the_video() =>
        Assert.Equal(25, (await ManifestReader.ReadAsync(Whole().ToUtf8Json(), Facts, () => throw new InvalidOperationException())).Video.Fps);

    private static Manifest Whole() => new()
    {
        Recording = new ManifestRecording(new TakeId(Facts.SessionId, Facts.CameraId, 1).ToString(), Facts.SessionId.Value, "CAM_L", "left"),
        File = new ManifestFile("a.mp4", Facts.SizeBytes, "mp4", "h264"),
        Video = new ManifestVideo(new ManifestResolution(1920, 1080), 25, 8, 10),
        Timing = new ManifestTiming(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(10), true),
        Checksum = new ManifestChecksum("sha256", Facts.Sha256),
    };
}
