using Rig.Engine.Simulation;

namespace Rig.Tests.Simulation;

/// <summary>The world itself: one thread, one seed, one order.</summary>
public sealed class WorldTests
{
    private static readonly Config Local = ConfigurationFactory.ParseString("akka { loggers = [], loglevel = OFF }");

    [Fact]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        var first = Run(seed: 7);
        Assert.Equal(first, Run(seed: 7));
        Assert.NotEqual(first.Hash, Run(seed: 8).Hash);
        Assert.True(Enumerable.Range(0, 20).Select(seed => Run(seed).Order).Distinct().Count() > 5, "Chance does not order the mailboxes.");
    }

    [Fact]
    public async Task All_of_an_actor_runs_on_the_one_thread_of_the_world_whatever_it_awaits()
    {
        var world = new SimulatedWorld(1);
        var process = world.AddMachine("one").Start(_ => { });
        var system = process.CreateSystem("local", Local);
        var threads = new List<int>();
        var waiter = process.Run(() => system.ActorOf(Props.Create(() => new Waiter(process.Time, threads)), "waiter"));
        var answer = process.Run(() => waiter.Ask<string>("go", TimeSpan.FromSeconds(30)));

        Assert.True(world.RunUntil(TimeSpan.FromSeconds(20), () => answer.IsCompleted));
        Assert.Equal("done", await answer);
        Assert.InRange(world.Elapsed, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10.1));
        Assert.True(threads.Count >= 4);
        Assert.Equal([Environment.CurrentManagedThreadId], threads.Distinct());

        var ended = process.Run(system.Terminate);
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(ended.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_paused_process_does_nothing_and_then_goes_on_and_a_killed_one_never_does_anything_again()
    {
        var world = new SimulatedWorld(3);
        var machine = world.AddMachine("one");
        var process = machine.Start(_ => { });
        var system = process.CreateSystem("local", Local);
        var ticks = new List<TimeSpan>();
        process.Run(() => system.Scheduler.Advanced.ScheduleRepeatedly(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(100), () => ticks.Add(world.Elapsed)));

        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.InRange(ticks.Count, 9, 10);
        machine.Pause();
        var before = ticks.Count;
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(before, ticks.Count);
        machine.Resume();
        world.RunFor(TimeSpan.FromSeconds(1));
        Assert.InRange(ticks.Count, before + 9, before + 12);

        machine.Kill();
        before = ticks.Count;
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(before, ticks.Count);
        Assert.False(machine.IsRunning);
    }

    [Fact]
    public void A_clock_drifts_and_steps_and_its_timers_keep_its_own_time()
    {
        var world = new SimulatedWorld(5);
        var machine = world.AddMachine("one");
        var process = machine.Start(_ => { });
        machine.Clock.DriftPpm = 1000;
        var due = process.Run(() => Task.Delay(TimeSpan.FromSeconds(1000), process.Time));
        var started = process.Time.GetTimestamp();

        Assert.True(world.RunUntil(TimeSpan.FromSeconds(2000), () => due.IsCompleted));
        Assert.InRange(world.Elapsed.TotalSeconds, 998.9, 999.1);
        Assert.InRange(process.Time.GetElapsedTime(started).TotalSeconds, 999.9, 1000.1);
        Assert.InRange((process.Time.GetUtcNow() - world.Now).TotalSeconds, 0.99, 1.01);

        machine.Clock.Step(TimeSpan.FromSeconds(-288));
        Assert.InRange((process.Time.GetUtcNow() - world.Now).TotalSeconds, -287.01, -286.99);
        Assert.InRange(process.Time.GetElapsedTime(started).TotalSeconds, 999.9, 1000.1);
    }

    private static (ulong Hash, string Order) Run(int seed)
    {
        var world = new SimulatedWorld(seed);
        var process = world.AddMachine("one").Start(_ => { });
        var system = process.CreateSystem("local", Local);
        var order = new List<string>();
        process.Run(() =>
        {
            var all = Enumerable.Range(0, 5).Select(n => system.ActorOf(Props.Create(() => new Gossip(order)), $"g{n}")).ToArray();
            foreach (var one in all)
            {
                one.Tell(all.Where(other => !other.Equals(one)).ToArray());
                one.Tell(3);
            }
        });
        world.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(5 * (1 + 4 + 16 + 64), order.Count);
        return (world.Trace.Hash, string.Join(' ', order));
    }

    private sealed class Gossip : ReceiveActor
    {
        private IActorRef[] others = [];

        public Gossip(List<string> order)
        {
            Receive<IActorRef[]>(refs => others = refs);
            Receive<int>(left =>
            {
                order.Add(Self.Path.Name);
                foreach (var other in left > 0 ? others : [])
                {
                    other.Tell(left - 1);
                }
            });
        }
    }

    private sealed class Waiter : ReceiveActor
    {
        public Waiter(TimeProvider time, List<int> threads)
        {
            ReceiveAsync<string>(async go =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                await Task.Delay(TimeSpan.FromSeconds(1), time);
                threads.Add(Environment.CurrentManagedThreadId);
                var asker = Sender;
                var deep = await DeepAsync(3);
                _ = Task.Delay(TimeSpan.FromSeconds(8), time).PipeTo(Self, asker, () =>
                {
                    threads.Add(Environment.CurrentManagedThreadId);
                    return deep;
                });
            });
            Receive<int>(_ =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                Sender.Tell("done");
            });

            async Task<int> DeepAsync(int depth)
            {
                if (depth > 0)
                {
                    return await DeepAsync(depth - 1);
                }

                await Task.Delay(TimeSpan.FromSeconds(1), time, CancellationToken.None);
                return 1;
            }
        }
    }
}
