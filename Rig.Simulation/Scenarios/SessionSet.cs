using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Simulation.World;
using Rig.Simulation.World.Network;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.Simulation.Scenarios;

/// <summary>
/// Session start and stop: three camera nodes with clocks that are off and drift, a session started from one of them, faults, and a
/// stop. Once started every healthy camera records, within a frame of the others; a camera that records goes on whatever happens to
/// the cluster; whoever coordinates next knows the session; it goes on when the whole rig lost its power; and it ends on all, for good.
/// </summary>
internal static class SessionSet
{
    public const string Name = "sessions";
    public const string MatchName = "match";

    private static readonly TimeSpan Match = TimeSpan.FromMinutes(90);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);
    /// <summary>A coordinator that has not heard a camera for this long shows it as offline.</summary>
    private static readonly TimeSpan HeardAgain = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LateStart = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ClockConvergence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostClockError = TimeSpan.FromMilliseconds(250);
    private static readonly string[] Hosts = ["cam-l", "cam-c", "cam-r"];
    private static readonly CameraId[] Cameras = [CameraId.Parse("CAM_L"), CameraId.Parse("CAM_C"), CameraId.Parse("CAM_R")];

    public static Outcome Run(int seed, SessionBug bug = SessionBug.None, Action<string>? listener = null)
    {
        using var run = new SessionRun(seed, bug, listener, TimeSpan.Zero);
        return run.Outcome(Name);
    }

    /// <summary>A whole match under the same rules: trouble every few minutes for an hour and a half.</summary>
    public static Outcome RunMatch(int seed, SessionBug bug = SessionBug.None, Action<string>? listener = null)
    {
        using var run = new SessionRun(seed, bug, listener, Match);
        return run.Outcome(MatchName);
    }

    private sealed class SessionRun : IDisposable
    {
        private readonly List<string> violations = [];
        private readonly List<CameraMachine> machines;
        private readonly HashSet<string> unreached = [];
        private bool isStarting;
        private bool stopOrdered;
        private int checkedEntries;

        public SessionRun(int seed, SessionBug bug, Action<string>? listener, TimeSpan length)
        {
            World = new SimulatedWorld(seed);
            World.Trace.Listener = listener;
            World.Network.Conditions = new LinkConditions { Loss = 0.05 };
            machines = Hosts.Select((host, n) => new CameraMachine(World.AddMachine(host), Cameras[n], isMaster: n == 1, Hosts, Cameras, bug)).ToList();
            foreach (var machine in machines)
            {
                var clock = machine.Machine.Clock;
                clock.DriftPpm = World.Noise() * 20;
                clock.Noise = TimeSpan.FromMicroseconds(20);
                clock.Step(World.Between(-MostClockError, MostClockError));
                World.After(World.Between(TimeSpan.Zero, TimeSpan.FromSeconds(1)), machine.Node.Start);
            }

            Play(length);
        }

        public void Dispose() => World.Dispose();

        public SimulatedWorld World { get; }

        public Outcome Outcome(string set) => new(set, World.Seed, World.Trace.Hash, World.Elapsed, World.Steps, violations);

        private void Play(TimeSpan length)
        {
            Until(() => machines.All(machine => machine.Node.IsUp), TimeSpan.FromSeconds(20), "the nodes do not form a cluster");
            RunFor(ClockConvergence);
            CheckClocks();
            var ordered = World.Elapsed;
            isStarting = true;
            var answer = Order(new StartSession("start", null));
            isStarting = false;
            if (answer is not SessionStarted started)
            {
                return;
            }

            CheckStart(started, machines.Where(machine =>
                unreached.Contains(machine.Node.Name) || machine.Node.System is not { } system || system.Uptime < World.Elapsed - ordered + HeardAgain).ToList());
            RunFor(World.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3)));
            for (var end = World.Elapsed + length; ; RunFor(World.Between(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(4))))
            {
                Trouble();
                Until(IsWholeSession, TimeSpan.FromSeconds(40), "after the faults not every camera records the session, known to all nodes");
                if (World.Elapsed >= end || violations.Count > 0)
                {
                    break;
                }
            }

            LosePower();
            Until(IsWholeSession, TimeSpan.FromSeconds(60), "after a loss of power not every camera records the session again");
            stopOrdered = true;
            if (Order(new StopSession("stop")) is not SessionStopped)
            {
                return;
            }

            Until(() => machines.All(machine => machine.Ledger.Running is null), TimeSpan.FromSeconds(10), "a camera still records after the stop");
            var takes = machines.Sum(machine => machine.Ledger.Takes.Count);
            RunFor(TimeSpan.FromSeconds(8));
            if (machines.Sum(machine => machine.Ledger.Takes.Count) != takes)
            {
                Broken("a camera was started again in a session that was stopped");
            }

            LosePower();
            RunFor(TimeSpan.FromSeconds(40));
            if (machines.Sum(machine => machine.Ledger.Takes.Count) != takes)
            {
                Broken("a session that was stopped went on after a loss of power");
            }
        }

        /// <summary>Of the whole rig at once; the boxes are on again within seconds.</summary>
        private void LosePower()
        {
            foreach (var machine in machines)
            {
                machine.Node.CutPower();
                World.After(World.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)), machine.Node.Start);
            }
        }

        private void Trouble()
        {
            var faults = new Faults(World, machines.Select(machine => machine.Node).ToList(), () => { }) { MaxDown = machines.Count };
            var running = machines.ToDictionary(machine => machine, machine => (machine.Machine.Process, machine.Ledger.Running));
            for (var round = World.Pick(3); round >= 0; round--)
            {
                faults.Strike(World.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(7)));
                RunFor(World.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5)));
            }

            RunFor(TimeSpan.FromSeconds(6));
            faults.HealAll();
            foreach (var (machine, (process, take)) in running)
            {
                if (process is { IsAlive: true } && machine.Machine.Process == process && machine.Ledger.Running != take)
                {
                    Broken($"{machine.CameraId} recorded and does not go on, although its process lives");
                }
            }
        }

        private bool IsWholeSession() => machines.All(machine =>
            machine.Ledger.Running is { } take
            && machine.View?.Session is { Phase: SessionPhase.Recording } session
            && session.SessionId == take.SessionId
            && session.Cameras.Count(camera => camera.Part == CameraPart.Recording) == machines.Count);

        private void CheckClocks()
        {
            var master = machines.Single(machine => machine.IsMaster).Machine.Clock.Error;
            foreach (var machine in machines.Where(machine => !machine.IsMaster))
            {
                var real = (machine.Machine.Clock.Error - master).TotalMilliseconds;
                if (machine.Ports!.Clock.Status.OffsetMs is not { } measured || Math.Abs(measured - real) > 1)
                {
                    Broken(FormattableString.Invariant($"{machine.CameraId} is {real:F3} ms off and believes {machine.Ports.Clock.Status.OffsetMs:F3} ms after {ClockConvergence.TotalSeconds} s"));
                }
            }
        }

        // A camera that was silent or taken for dead around the start, for losses on the wire, may be started later if the answer says so.
        private void CheckStart(SessionStarted started, IReadOnlyList<CameraMachine> lost)
        {
            var recording = started.Session.Cameras.Where(camera => camera.Part == CameraPart.Recording).Select(camera => camera.CameraId).ToHashSet();
            var named = machines.Where(machine => recording.Contains(machine.CameraId)).ToList();
            if (machines.Except(named).Except(lost).FirstOrDefault() is { } unnamed)
            {
                Broken($"the answer to the start does not name {unnamed.CameraId} as recording, which the cluster had not lost");
                return;
            }

            if (named.Count == 0 || named.Any(machine => machine.Ledger.Running is null))
            {
                Broken($"the answer to the start names {string.Join(", ", recording)} as recording; {machines.Count(machine => machine.Ledger.Running is not null)} do");
                return;
            }

            var first = machines.Except(lost).Select(machine => machine.Ledger.Takes[0].FirstFrame).ToList();
            if (first.Count > 0 && first.Max() - first.Min() > TakeLedger.Frame)
            {
                Broken(FormattableString.Invariant($"the first frames are {(first.Max() - first.Min()).TotalMilliseconds:F1} ms apart; one frame is {TakeLedger.Frame.TotalMilliseconds:F1}"));
            }

            Until(() => machines.All(machine => machine.Ledger.Running is not null), LateStart, "a camera that the cluster lost at the start does not record");
        }

        // A person presses, and presses again on another node's page if there is no answer; the request keeps its id.
        private object? Order(object order)
        {
            var page = World.Pick(machines);
            for (var attempt = 0; attempt < 3; attempt++, page = World.Pick(machines.Where(machine => machine != page).ToList()))
            {
                var asked = page.AskCoordinator(order, Timeout);
                RunUntil(World.Elapsed + Timeout + TimeSpan.FromSeconds(1), () => asked is null or { IsCompleted: true });
                if (asked is { IsCompletedSuccessfully: true })
                {
                    if (asked.Result is SessionRefused refused)
                    {
                        Broken($"the order {order} is refused: {refused.Message}");
                    }

                    return asked.Result;
                }

                RunFor(TimeSpan.FromSeconds(1));
            }

            Broken($"the order {order} is not answered");
            return null;
        }

        private void Until(Func<bool> done, TimeSpan timeout, string otherwise)
        {
            if (!RunUntil(World.Elapsed + timeout, done))
            {
                foreach (var machine in machines)
                {
                    World.Trace.Comment(machine.Machine, $"records {machine.Ledger.Running?.ToString() ?? "nothing"}, sees {machine.View?.Session}");
                }

                Broken(FormattableString.Invariant($"{otherwise}, {timeout.TotalSeconds} s later"));
            }
        }

        private void RunFor(TimeSpan duration) => RunUntil(World.Elapsed + duration, () => false);

        private bool RunUntil(TimeSpan elapsed, Func<bool> done) => World.RunUntil(elapsed, () =>
        {
            CheckAlways();
            return violations.Count > 0 || done();
        });

        private void CheckAlways()
        {
            if (isStarting)
            {
                unreached.UnionWith(machines.SelectMany(machine => machine.Node.Cluster?.State.Unreachable ?? []).Select(member => member.Address.Host));
            }

            var entries = 0;
            foreach (var machine in machines)
            {
                entries += machine.Ledger.Entries;
            }

            if (entries == checkedEntries)
            {
                return;
            }

            checkedEntries = entries;
            if (!stopOrdered && machines.FirstOrDefault(machine => machine.Ledger.Stops > 0) is { } stopped)
            {
                Broken($"{stopped.CameraId} was stopped although nobody ordered it");
            }

            if (machines.SelectMany(machine => machine.Ledger.Sessions).Distinct().Skip(1).Any())
            {
                Broken("a second session was begun while one was running");
            }
        }

        private void Broken(string rule)
        {
            if (violations.Count > 0)
            {
                return;
            }

            World.Trace.Note(null, "BROKEN: " + rule);
            violations.Add(FormattableString.Invariant($"{rule} (at {World.Elapsed.TotalSeconds:F3} s)"));
        }
    }
}

/// <summary>Faults planted in what is tested, to see that the rules catch them.</summary>
internal enum SessionBug
{
    None = 0,

    /// <summary>A coordinator that takes over does not believe in a session that it did not start.</summary>
    ForgetfulCoordinator = 1,

    /// <summary>A camera takes the master's time for its own clock's.</summary>
    UncorrectedClock = 2,

    /// <summary>Cameras keep no note of their session on the disk.</summary>
    NoNote = 3,
}
