using Rig.CameraNode.Dashcam.Decision;
using Rig.CameraNode.Dashcam.Usb;

namespace Rig.Tests.Dashcam;

/// <summary>The whole table: every state that the parts of the decision can be in, met by every kind of input.</summary>
public sealed class MachineTableTests
{
    private static readonly TimeSpan Now = TimeSpan.FromHours(1);

    private static IEnumerable<DashcamState> States()
    {
        bool[] both = [false, true];
        RunningTask?[] mains =
        [
            null,
            .. Enum.GetValues<PortMode>().Where(mode => mode != PortMode.Unknown).Select(mode => new RunningTask(7, TaskKind.SetPort, Now + TimeSpan.FromSeconds(5), mode)),
            .. new[] { TaskKind.Detect, TaskKind.Copy, TaskKind.Unmount, TaskKind.ShutDown }.Select(kind => new RunningTask(7, kind, Now + TimeSpan.FromSeconds(5))),
            new RunningTask(7, TaskKind.Copy, Now + TimeSpan.FromSeconds(5), Cancelled: true),
        ];
        foreach (var port in Enum.GetValues<PortMode>())
        {
            foreach (var main in mains)
            {
                foreach (var bits in Enumerable.Range(0, 1 << 9))
                {
                    bool Bit(int at) => (bits & (1 << at)) != 0;
                    var percent = Bit(0) ? (Bit(1) ? 10.0 : 40.0) : 80.0;
                    yield return new DashcamState
                    {
                        Started = true,
                        NextId = 100,
                        Port = port,
                        Main = main,
                        Upload = Bit(2) && main?.Kind is not (TaskKind.Copy or TaskKind.Detect) ? new RunningTask(8, TaskKind.Upload, null) : null,
                        MayBeMounted = main?.Kind == TaskKind.Copy || Bit(3),
                        PowerKnown = true,
                        PowerReadable = Bit(4),
                        Percent = percent,
                        BelowDisconnect = percent < 50,
                        BelowShutdown = percent < 25,
                        Mains = Bit(5),
                        HostKnown = true,
                        HostReachable = Bit(6),
                        RecordedSinceCopy = Bit(7),
                        PendingFiles = 2,
                        Stopping = Bit(8),
                    };
                }
            }
        }
    }

    private static readonly DashcamInput[] Inputs =
    [
        new DashcamInput.Tick(),
        new DashcamInput.PowerRead(80, false), new DashcamInput.PowerRead(40, false), new DashcamInput.PowerRead(10, false), new DashcamInput.PowerRead(10, true),
        new DashcamInput.PowerUnreadable(),
        new DashcamInput.HostChecked(true), new DashcamInput.HostChecked(false),
        new DashcamInput.StopRequested(),
        new DashcamInput.PortSet(7, true), new DashcamInput.PortSet(7, false), new DashcamInput.PortSet(7, false, TimeSpan.FromSeconds(30)),
        new DashcamInput.Detected(7, MachineRun.Device), new DashcamInput.Detected(7, null),
        new DashcamInput.CopyProgressed(7),
        new DashcamInput.CopyEnded(7, true, true, 3), new DashcamInput.CopyEnded(7, false, true, 3), new DashcamInput.CopyEnded(7, false, false, 3),
        new DashcamInput.CopyEnded(7, true, true, 3, More: true), new DashcamInput.CopyEnded(7, true, true, 3, StagingFull: true),
        new DashcamInput.UnmountEnded(7, true), new DashcamInput.UnmountEnded(7, false),
        new DashcamInput.UploadEnded(8, true, 0), new DashcamInput.UploadEnded(8, false, 2),
        new DashcamInput.ShutdownEnded(7, true), new DashcamInput.ShutdownEnded(7, false),
        new DashcamInput.Lost(7), new DashcamInput.Lost(8),
    ];

    public static TheoryData<bool, string> Policies => new()
    {
        { false, "Record" }, { false, "Off" }, { true, "Record" },
    };

    [Theory]
    [MemberData(nameof(Policies))]
    public void No_input_in_any_state_breaks_a_rule(bool recordOnMains, string afterCopy)
    {
        var rules = new DecisionRules { RecordOnMains = recordOnMains, AfterCopy = Enum.Parse<PortMode>(afterCopy) };
        var transitions = 0;
        foreach (var before in States())
        {
            foreach (var input in Inputs)
            {
                var (after, effects) = DashcamMachine.Step(before, rules, input, Now);
                transitions++;
                Check(before, input, after, effects, rules);
            }
        }

        Assert.True(transitions > 500_000, $"{transitions} transitions");
    }

    private static void Check(DashcamState before, DashcamInput input, DashcamState after, IReadOnlyList<DashcamEffect> effects, DecisionRules rules)
    {
        void Rule(bool holds, string rule)
        {
            if (!holds)
            {
                Assert.Fail($"{rule}\n{before}\n{input}\n{after}\n{string.Join(", ", effects)}");
            }
        }

        var goal = DashcamMachine.Goal(after, rules, Now);
        Rule(effects.Count <= 3, "It orders a few things at a time.");
        Rule(effects.OfType<DashcamEffect.SetPort>().All(_ => !after.MayBeMounted), "The port of a volume that may be mounted is left alone.");
        Rule(effects.OfType<DashcamEffect.Copy>().All(_ => after.Upload is null), "Nothing is copied beside an upload.");
        Rule(effects.OfType<DashcamEffect.Upload>().All(_ => after.Main is null or { Kind: TaskKind.SetPort }), "Nothing is uploaded beside a copy.");
        Rule(
            effects.OfType<DashcamEffect.SetPort>().All(set => set.Mode != PortMode.Data) || after is { PowerReadable: true, Stopping: false }, "Data only with a battery that is known.");
        Rule(
            effects.All(effect => effect is not (DashcamEffect.Upload or DashcamEffect.Copy or DashcamEffect.Detect)) || after.Mains || !after.BelowDisconnect, "Below the threshold nothing is begun.");
        Rule(effects.OfType<DashcamEffect.ShutDown>().All(_ => goal == DashcamGoal.ShutDown), "It shuts down only below the threshold, without mains.");
        Rule(
            effects.OfType<DashcamEffect.Exit>().All(_ => after is { Main: null, Upload: null, Stopping: true }), "It ends only when told to, with nothing running.");
        Rule(effects.Where(effect => effect is not (DashcamEffect.Cancel or DashcamEffect.Exit)).Select(effect => effect.Id).All(id => id >= 100), "Each order has an id of its own.");
        if (goal is DashcamGoal.Disconnect or DashcamGoal.Safe or DashcamGoal.ShutDown or DashcamGoal.Stop)
        {
            Rule(after.Main is not { Kind: TaskKind.Copy or TaskKind.Detect, Cancelled: false }, "A copy ends when the battery is low, unknown, or the service stops.");
            Rule(after.Upload is null or { Cancelled: true }, "So does an upload.");
        }

        if (before.Main?.Kind == TaskKind.Copy && after.Main?.Kind != TaskKind.Copy && input is not DashcamInput.CopyEnded { Unmounted: true })
        {
            Rule(after.MayBeMounted, "Only who unmounted says that nothing is mounted.");
        }
    }
}
