using Microsoft.Extensions.Time.Testing;
using Rig.CameraNode.Storage;
using Rig.Domain.Recordings;

namespace Rig.Tests.Storage;

public sealed class TakeThermometerTests
{
    [Fact]
    public void The_average_and_the_highest_of_all_readings_are_told_and_silent_ones_left_out()
    {
        var time = new FakeTimeProvider();
        var readings = new Queue<double?>([50, 60.04, null, double.NaN, 55]);
        using var thermometer = new TakeThermometer(() => readings.Dequeue(), time);
        time.Advance(3 * TakeThermometer.Interval);
        Assert.Equal(new TakeTemperature(55, 60), thermometer.Finish());

        // Another reading would find none.
        time.Advance(TakeThermometer.Interval);
    }

    [Fact]
    public void Without_a_sensor_nothing_is_told()
    {
        using var thermometer = new TakeThermometer(() => null, new FakeTimeProvider());
        Assert.Null(thermometer.Finish());
    }

    [Fact]
    public async Task The_manifest_tells_how_warm_the_take_was()
    {
        using var bench = new TakeBench();
        var temperature = 61.25;
        var writer = TakeWriter.Create(
            bench.Files, bench.Paths(), TakeBench.Describe(TakeBench.Id(), TakeSealer.FromUnixNs(SampleVideo.StartWallNs)), Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, TakeBench.NewMetrics(),
            temperatureNow: () => temperature++);
        foreach (var frame in SampleVideo.Frames())
        {
            writer.Enqueue(frame, "");
        }

        writer.Finish(TakeEndReason.Stopped);
        var sealedTake = await writer.Ended.WaitAsync(TakeBench.Timeout);
        var quality = Manifest.Parse(await File.ReadAllBytesAsync(sealedTake.ManifestPath)).Quality!;
        Assert.Equal((61.8, 62.2), (quality.TemperatureAvgC, quality.TemperatureMaxC));
    }
}
