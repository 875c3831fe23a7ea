using Rig.CameraNode.Dashcam.Decision;
using Rig.CameraNode.Dashcam.Usb;

namespace Rig.Tests.Dashcam;

/// <summary>Random days: everything the decision orders may fail, hang, or come late; battery, mains and network do what they like.</summary>
public sealed class MachineHistoryTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Whatever_happens_the_rules_hold()
    {
        for (var seed = 1; seed <= 400; seed++)
        {
            new Day(seed).Live();
        }
    }

    private sealed class Day(int seed)
    {
        private readonly Random random = new(seed);
        private readonly Dictionary<long, (DashcamEffect Effect, TimeSpan Due)> running = [];
        private readonly List<TimeSpan> powerOns = [];
        private readonly List<(TimeSpan At, string Kind)> orders = [];
        private bool mounted;
        private bool powered;
        private TimeSpan lowSince = TimeSpan.MaxValue;
        private bool shutDown;

        private MachineRun Run { get; } = new(new DecisionRules
        {
            RecordOnMains = seed % 5 == 0,
            AfterCopy = seed % 2 == 0 ? PortMode.Record : PortMode.Off,
            SafeState = seed % 3 == 0 ? PortMode.Record : PortMode.Off,
        });

        /// <summary>How often things fail in this day.</summary>
        private double Faults { get; } = seed % 7 * 0.15;

        internal void Live()
        {
            mounted = Chance(0.3);
            Take(Run.Give(new DashcamInput.Started(random.Next(3))));
            var (percent, mains, host) = (60 + (40 * random.NextDouble()), Chance(0.5), Chance(0.5));
            for (var second = 0; second < 4 * 3600; second++)
            {
                if (second % 30 == 0)
                {
                    percent = Math.Clamp(percent + (mains ? 2 : -2) + (random.NextDouble() * 2) - 1, 0, 100);
                    mains ^= Chance(0.02);
                    host ^= Chance(0.05);
                    var readable = !Chance(Faults / 4);
                    Take(Run.Give(readable ? new DashcamInput.PowerRead(percent, mains) : new DashcamInput.PowerUnreadable()));
                    Take(Run.Give(new DashcamInput.HostChecked(host && !Chance(Faults / 4))));
                    lowSince = readable && !mains && Run.State.BelowShutdown ? Min(lowSince, Run.Now) : TimeSpan.MaxValue;
                }

                Complete();
                Take(Run.Pass(Second));
                Rule(
                    lowSince == TimeSpan.MaxValue || shutDown || Run.Now - lowSince < TimeSpan.FromMinutes(3),
                    "Below the shutdown threshold it shuts down within minutes, whatever else fails");
            }

            foreach (var window in powerOns.Zip(powerOns.Skip(1)))
            {
                Rule(window.Second - window.First >= TimeSpan.FromSeconds(60), "The power is switched on at most once a minute");
            }

            foreach (var kind in orders.GroupBy(order => order.Kind))
            {
                var times = kind.Select(order => order.At).ToList();
                Rule(
                    times.Count < 8 || times.Zip(times.Skip(7)).All(pair => pair.Second - pair.First >= TimeSpan.FromSeconds(20)),
                    $"It does not order {kind.Key} over and over");
            }
        }

        private void Take(IReadOnlyList<DashcamEffect> effects)
        {
            foreach (var effect in effects)
            {
                orders.Add((Run.Now, effect.GetType().Name));
                switch (effect)
                {
                    case DashcamEffect.Cancel cancel:
                        if (running.TryGetValue(cancel.Id, out var one) && !Chance(Faults / 3))
                        {
                            running[cancel.Id] = (one.Effect, Run.Now + (3 * Second));
                        }

                        break;
                    case DashcamEffect.SetPort set:
                        Rule(!mounted, "The port is never switched while the volume is mounted");
                        running[set.Id] = (set, Run.Now + (random.Next(3) * Second));
                        break;
                    case DashcamEffect.Copy copy:
                        Rule(!running.Values.Any(r => r.Effect is DashcamEffect.Upload && r.Due > Run.Now && !Abandoned(r.Effect)), "No copy beside an upload");
                        mounted = true;
                        running[copy.Id] = (copy, Run.Now + (random.Next(200) * Second));
                        break;
                    case DashcamEffect.ShutDown:
                        shutDown = true;
                        running[effect.Id] = (effect, Run.Now + Second);
                        break;
                    case DashcamEffect.Exit:
                        Rule(false, "It ends only when told to");
                        break;
                    default:
                        running[effect.Id] = (effect, Run.Now + (random.Next(effect is DashcamEffect.Upload ? 300 : 5) * Second));
                        break;
                }
            }
        }

        private bool Abandoned(DashcamEffect effect) => Run.State.Upload?.Id != effect.Id;

        private void Complete()
        {
            foreach (var (id, (effect, due)) in running.ToList())
            {
                if (due > Run.Now)
                {
                    continue;
                }

                running.Remove(id);
                var (hangs, fails) = (Chance(Faults / 5), Chance(Faults));
                if (hangs)
                {
                    continue;
                }

                Take(Run.Give(Answer(effect, fails)));
            }
        }

        private DashcamInput Answer(DashcamEffect effect, bool fails)
        {
            switch (effect)
            {
                case DashcamEffect.SetPort set:
                    if (set.Mode == PortMode.Off)
                    {
                        powered &= fails;
                        return new DashcamInput.PortSet(set.Id, !fails);
                    }

                    if (!powered)
                    {
                        // As the port's own limit has it, failures counted.
                        if (powerOns.Count > 0 && Run.Now - powerOns[^1] < TimeSpan.FromSeconds(60))
                        {
                            return new DashcamInput.PortSet(set.Id, false, TimeSpan.FromSeconds(60) - (Run.Now - powerOns[^1]));
                        }

                        powerOns.Add(Run.Now);
                        powered = !fails;
                    }

                    return new DashcamInput.PortSet(set.Id, !fails);
                case DashcamEffect.Detect:
                    return new DashcamInput.Detected(effect.Id, fails ? null : MachineRun.Device);
                case DashcamEffect.Copy:
                    var unmounted = !Chance(Faults / 3);
                    mounted = mounted && !unmounted;
                    return new DashcamInput.CopyEnded(effect.Id, !fails, unmounted, random.Next(4), Chance(0.1), Chance(0.1));
                case DashcamEffect.Unmount:
                    mounted = mounted && fails;
                    return new DashcamInput.UnmountEnded(effect.Id, !fails);
                case DashcamEffect.Upload:
                    return new DashcamInput.UploadEnded(effect.Id, !fails, fails ? 2 : 0);
                default:
                    return new DashcamInput.ShutdownEnded(effect.Id, !fails);
            }
        }

        private bool Chance(double probability) => random.NextDouble() < probability;

        private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

        private void Rule(bool holds, string rule) => Assert.True(holds, $"Seed {seed} at {Run.Now}: {rule}.\n{Run.State}");
    }
}
