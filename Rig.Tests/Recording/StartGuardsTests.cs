using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;

namespace Rig.Tests.Recording;

public sealed class StartGuardsTests
{
    private static readonly CameraStatus Camera = new(true, "Test", 1280, 720, 30, "h264", 8, null, null);
    private static readonly StorageStatus Storage = new("/v", 1000, 900, 10, 0, 0, 0, 300, true, null);
    private static readonly SensorReading Sensors = new(50, new BatteryReading(80, false), 5, 40, 4000);
    private static readonly SyncStatus Sync = new(false, "m", 0.3, 0.2, SyncConfidence.Excellent, "exchange", DateTimeOffset.UnixEpoch, null);

    private static IReadOnlyList<Problem> Evaluate(CameraStatus? camera = null, StorageStatus? storage = null, SensorReading? sensors = null, SyncStatus? sync = null, GuardOptions? options = null) =>
        StartGuards.Evaluate(camera ?? Camera, storage ?? Storage, sensors ?? Sensors, sync ?? Sync, options ?? new GuardOptions(), 5);

    [Fact]
    public void A_healthy_camera_may_start() => Assert.Empty(Evaluate());

    public static TheoryData<string, IReadOnlyList<Problem>> Refusals => new()
    {
        { ProblemCodes.CameraMissing, Evaluate(camera: Camera with { Detected = false }) },
        { ProblemCodes.StorageMissing, Evaluate(storage: Storage with { Writable = false }) },
        { ProblemCodes.StorageMissing, Evaluate(storage: Storage with { Problem = "The disk is not mounted." }) },
        { ProblemCodes.StorageLow, Evaluate(storage: Storage with { EstimatedRecordingMinutes = 4.9 }) },
        { ProblemCodes.BatteryCritical, Evaluate(sensors: Sensors with { Battery = new BatteryReading(9.9, false) }) },
        { ProblemCodes.TooHot, Evaluate(sensors: Sensors with { TemperatureC = 85 }) },
        { ProblemCodes.ClockOffset, Evaluate(sync: Sync with { OffsetMs = -5.1 }) },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void A_start_is_refused_with_a_code_and_a_sentence(string code, IReadOnlyList<Problem> problems)
    {
        var problem = Assert.Single(problems);
        Assert.Equal((code, ProblemLevel.Refuse), (problem.Code, problem.Level));
        Assert.EndsWith(".", problem.Message, StringComparison.Ordinal);
        Assert.False(problems.MayStart());
    }

    public static TheoryData<string, IReadOnlyList<Problem>> Warnings => new()
    {
        { ProblemCodes.StorageLow, Evaluate(storage: Storage with { EstimatedRecordingMinutes = 60 }) },
        { ProblemCodes.BatteryLow, Evaluate(sensors: Sensors with { Battery = new BatteryReading(15, false) }) },
        { ProblemCodes.TooHot, Evaluate(sensors: Sensors with { TemperatureC = 80 }) },
        { ProblemCodes.ClockUnknown, Evaluate(sync: SyncStatus.None) },
    };

    [Theory]
    [MemberData(nameof(Warnings))]
    public void A_warning_does_not_stop_a_start(string code, IReadOnlyList<Problem> problems)
    {
        Assert.Equal((code, ProblemLevel.Warn), (problems.Single().Code, problems.Single().Level));
        Assert.True(problems.MayStart());
    }

    [Fact]
    public void An_empty_battery_that_is_charging_is_no_problem() =>
        Assert.Empty(Evaluate(sensors: Sensors with { Battery = new BatteryReading(3, true) }));

    [Fact]
    public void A_machine_without_battery_and_sensors_may_start() => Assert.Empty(Evaluate(sensors: new SensorReading(null, null, 0, 0, 0)));

    [Fact]
    public void A_guard_can_be_made_a_warning_or_left_out()
    {
        var hot = Sensors with { TemperatureC = 90 };
        Assert.True(Evaluate(sensors: hot, options: new GuardOptions { Temperature = ProblemLevel.Warn }).MayStart());
        Assert.Empty(Evaluate(sensors: hot, options: new GuardOptions { Temperature = ProblemLevel.Ignore }));
    }

    [Fact]
    public void Every_problem_is_told_at_once()
    {
        var problems = Evaluate(Camera with { Detected = false }, Storage with { Writable = false }, Sensors with { TemperatureC = 90 }, Sync with { OffsetMs = 40 });
        Assert.Equal(4, problems.Count(p => p.Level == ProblemLevel.Refuse));
    }
}
