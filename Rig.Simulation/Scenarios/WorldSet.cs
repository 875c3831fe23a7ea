using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios;

/// <summary>
/// What the other sets rest on: all of an actor runs in the world whatever it awaits, a pause and a kill hold, clocks and timers keep
/// their machine's time, bytes on a link and on a disk behave, and chance orders the mailboxes.
/// </summary>
internal static class WorldSet
{
    public const string Name = "world";

    public static Outcome Run(int seed, WorldBug bug = WorldBug.None, Action<string>? listener = null)
    {
        using var world = new SimulatedWorld(seed);
        world.Trace.Listener = listener;
        var broken = new List<string>();
        void Check(bool holds, string rule)
        {
            if (!holds)
            {
                world.Trace.Note(null, "BROKEN: " + rule);
                broken.Add(FormattableString.Invariant($"{rule} (at {world.Elapsed.TotalSeconds:F3} s)"));
            }
        }

        Awaits(world, Check);
        PausesAndKills(world, bug, Check);
        Clocks(world, Check);
        Disks(world, Check);
        return new Outcome(Name, seed, world.Trace.Hash, world.Elapsed, world.Steps, broken);
    }

    /// <summary>An actor that waits by each way there is: by the machine's time, by .NET's, by the pool, by Ask, and by PipeTo.</summary>
    private static void Awaits(SimulatedWorld world, Action<bool, string> check)
    {
        var process = world.AddMachine("waits").Start(_ => { });
        var threads = new HashSet<int>();
        var waiter = process.Run(() => process.CreateSystemAsync("local", ProductConfig.CameraLocal, system => system.ActorOf(Props.Create(() => new Waiter(process.Time, threads)), "waiter")));
        world.Settle();
        var answer = process.Run(() => waiter.Result.ActorSelection("/user/waiter").Ask<string>("go", TimeSpan.FromSeconds(30)));
        var began = world.Elapsed;
        var done = world.RunUntil(began + TimeSpan.FromSeconds(20), () => answer.IsCompleted);
        check(done && answer is { IsCompletedSuccessfully: true, Result: "done" }, "an actor that awaits does not come to an end");
        check(world.Elapsed - began is { TotalSeconds: > 2.99 and < 3.1 }, $"3 s took an actor {(world.Elapsed - began).TotalSeconds} s");
        check(threads.Count == 1, $"an actor ran on {threads.Count} threads");
        var ask = process.Run(() => waiter.Result.ActorSelection("/user/nobody").Ask<string>("?", TimeSpan.FromSeconds(2)));
        began = world.Elapsed;
        check(world.RunUntil(began + TimeSpan.FromSeconds(5), () => ask.IsFaulted) && world.Elapsed - began is { TotalSeconds: > 1.99 and < 2.1 }, "an Ask of 2 s does not end after 2 s");
    }

    private static void PausesAndKills(SimulatedWorld world, WorldBug bug, Action<bool, string> check)
    {
        var machine = world.AddMachine("stops");
        var process = machine.Start(_ => { });
        var ticks = 0;
        process.Run(() => process.CreateSystemAsync(
            "local",
            ProductConfig.CameraLocal,
            system => system.Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100), () => ticks++)));
        world.RunFor(TimeSpan.FromSeconds(1));
        check(ticks is 9 or 10, $"10 times in a second were {ticks}");
        machine.Pause();
        var before = ticks;
        world.RunFor(world.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5)));
        check(ticks == before, "a process that stands still does something");
        machine.Resume();
        world.RunFor(TimeSpan.FromSeconds(1));
        check(ticks >= before + 19, "a process that goes on has forgotten its timers");
        if (bug != WorldBug.Undead)
        {
            machine.Kill();
        }

        before = ticks;
        world.RunFor(TimeSpan.FromSeconds(2));
        check(ticks == before && !machine.IsRunning, "a process that was killed does something");
    }

    private static void Clocks(SimulatedWorld world, Action<bool, string> check)
    {
        var machine = world.AddMachine("drifts");
        var process = machine.Start(_ => { });
        var drift = machine.Clock.DriftPpm = world.Noise() * 1000;
        var began = world.Elapsed;
        var due = process.Run(() => Task.Delay(TimeSpan.FromSeconds(100), process.Time));
        world.RunUntil(began + TimeSpan.FromSeconds(200), () => due.IsCompleted);
        var expected = 100 / (1 + (drift / 1e6));
        check(Math.Abs((world.Elapsed - began).TotalSeconds - expected) < 0.001, $"100 s by a clock {drift} ppm fast took {(world.Elapsed - began).TotalSeconds} s");
        var error = (process.Time.GetUtcNow() - world.Now).TotalMilliseconds;
        check(Math.Abs(error - (drift / 1e6 * 100_000)) < 0.2, $"a clock {drift} ppm fast is {error} ms off after 100 s");
        machine.Clock.Step(TimeSpan.FromSeconds(-5));
        check(Math.Abs((process.Time.GetUtcNow() - world.Now).TotalMilliseconds - error + 5000) < 0.2, "a clock that was stepped shows no step");
        check(Math.Abs((TimeProvider.System.GetUtcNow() - world.Now).TotalMilliseconds) < 0.001, "the system's clock is not the world's time");
    }

    private static void Disks(SimulatedWorld world, Action<bool, string> check)
    {
        var machine = world.AddMachine("writes");
        var disk = machine.Disk;
        disk.CreateFolder("/f");
        disk.FlushFolder("/");
        disk.Create("/f/kept");
        disk.Append("/f/kept", "flushed"u8);
        disk.Flush("/f/kept");
        disk.FlushFolder("/f");
        disk.Append("/f/kept", "and not"u8);
        disk.Create("/f/lost");
        check(disk.DurableBytesOf("/f/kept")!.AsSpan().SequenceEqual("flushed"u8) && disk.DurableBytesOf("/f/lost") is null, "a disk takes for durable what was not flushed");
        machine.CutPower();
        check(disk.Exists("/f/kept") && disk.Read("/f/kept").AsSpan().StartsWith("flushed"u8), "a disk lost what was flushed");
        check(disk.LengthOf("/f/kept") <= "flushedand not".Length, "a disk has more than was written");
    }

    private sealed class Waiter : ReceiveActor
    {
        public Waiter(TimeProvider time, HashSet<int> threads)
        {
            ReceiveAsync<string>(async go =>
            {
                var asker = Sender;
                threads.Add(Environment.CurrentManagedThreadId);
                await Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None);
                threads.Add(Environment.CurrentManagedThreadId);
                await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
                threads.Add(await Task.Run(() => Environment.CurrentManagedThreadId));
                _ = Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None).PipeTo(Self, asker, () => 1);
            });
            Receive<int>(_ =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                Sender.Tell("done");
            });
        }
    }
}

/// <summary>Faults planted in the world, to see that the rules catch them.</summary>
internal enum WorldBug
{
    None = 0,

    /// <summary>A process is told dead and is not.</summary>
    Undead = 1,
}
