using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class ActorSystemTests : PatientTestKit
{
    [Fact]
    public async Task Graceful_stop_completes_once_the_actor_is_gone()
    {
        var actor = ActorOf<Silent>("actor");
        Assert.True(await actor.GracefulStop(TimeSpan.FromSeconds(60)));
        Assert.True(await actor.GracefulStop(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Graceful_stop_says_so_when_the_actor_is_not_gone_in_time()
    {
        var gate = new TaskCompletionSource();
        var actor = ActorOf(() => new Blocks(gate.Task), "actor");
        actor.Tell("block");
        Assert.False(await actor.GracefulStop(TimeSpan.FromMilliseconds(30)));
        gate.SetResult();
    }

    [Fact]
    public void A_message_to_nobody_is_a_dead_letter()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        Sys.ActorSelection("/user/missing").Tell("hello");
        var letter = ExpectMsg<DeadLetter>();
        Assert.Equal("hello", letter.Message);
        Assert.EndsWith("/user/missing", letter.Recipient.Path.ToString());
    }

    [Fact]
    public void What_waits_in_the_mailbox_of_a_stopped_actor_is_a_dead_letter()
    {
        var actor = Watch(ActorOf<Silent>("actor"));
        Sys.Stop(actor);
        ExpectTerminated(actor);
        EventFilter.DeadLetter<string>(source: actor.Path.ToString()).Expect(2, () =>
        {
            actor.Tell("a");
            actor.Tell("b");
        });
    }

    [Fact]
    public void A_bounded_mailbox_turns_the_newest_away()
    {
        var gate = new TaskCompletionSource();
        using var system = ActorSystem.Create("bounded", ConfigurationFactory.ParseString("""
            akka.loggers = []
            small {
              mailbox-type = "Akka.Dispatch.BoundedMailbox, Akka"
              mailbox-capacity = 2
              mailbox-push-timeout-time = 0s
            }
            """));
        system.EventStream.Subscribe(TestActor, typeof(DeadLetter));
        var actor = system.ActorOf(Props.Create(() => new Reports(gate.Task, TestActor)).WithMailbox("small"));
        actor.Tell("block");
        ExpectMsg("begun");
        actor.Tell("a");
        actor.Tell("b");
        actor.Tell("c");
        Assert.Equal("c", ExpectMsg<DeadLetter>().Message);
        gate.SetResult();
        ExpectMsg("a");
        ExpectMsg("b");
    }

    [Fact]
    public void The_event_stream_tells_subscribers_of_a_type_and_its_bases()
    {
        var everything = CreateTestProbe();
        Sys.EventStream.Subscribe(TestActor, typeof(string));
        Sys.EventStream.Subscribe(everything.Ref, typeof(IComparable));
        Assert.False(Sys.EventStream.Subscribe(TestActor, typeof(string)));
        Sys.EventStream.Publish("text");
        Sys.EventStream.Publish(5);
        ExpectMsg("text");
        everything.ExpectMsg("text");
        everything.ExpectMsg(5);
        Assert.True(Sys.EventStream.Unsubscribe(TestActor, typeof(string)));
        Sys.EventStream.Publish("more");
        everything.ExpectMsg("more");
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task Selections_find_actors_by_path_and_pattern()
    {
        var one = ActorOf<Silent>("sel-one");
        ActorOf<Silent>("sel-two");
        Assert.Equal(one, await Sys.ActorSelection("/user/sel-one").ResolveOne(TimeSpan.FromSeconds(60)));
        Assert.Equal(one, await Sys.ActorSelection(one.Path).ResolveOne(TimeSpan.FromSeconds(60)));
        Sys.ActorSelection("/user/sel-*").Tell(new Identify("pattern"));
        Assert.Equal(2, ReceiveN(2).Cast<ActorIdentity>().Select(identity => identity.Subject).Distinct().Count());
        await Assert.ThrowsAsync<ActorNotFoundException>(() => Sys.ActorSelection("/user/none").ResolveOne(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task Terminate_stops_all_actors_and_then_runs_the_callbacks()
    {
        var system = ActorSystem.Create("ends");
        var order = new List<string>();
        system.RegisterOnTermination(() => order.Add("callback"));
        system.ActorOf(Props.Create(() => new Notes(order)));
        await system.Terminate().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(["stopped", "callback"], order);
        Assert.True(system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public async Task Coordinated_shutdown_runs_phase_after_phase()
    {
        var system = ActorSystem.Create("phases");
        var order = new List<string>();
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceStop, "stop", () => Note("stop"));
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "before", () => Note("before"));
        shutdown.AddTask(CoordinatedShutdown.PhaseServiceUnbind, "fails", () => throw new InvalidOperationException("no"));
        await shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(TimeSpan.FromSeconds(60));
        await system.WhenTerminated.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(["before", "stop"], order);
        Assert.Same(CoordinatedShutdown.ClrExitReason.Instance, shutdown.ShutdownReason);

        Task<Done> Note(string text)
        {
            order.Add(text);
            return Task.FromResult(Done.Instance);
        }
    }

    [Fact]
    public void An_extension_is_made_once_per_system()
    {
        var first = Sys.WithExtension<CountingExtension, CountingExtensionId>();
        Assert.Same(first, Sys.WithExtension<CountingExtension, CountingExtensionId>());
        using var other = ActorSystem.Create("other");
        Assert.NotSame(first, other.WithExtension<CountingExtension, CountingExtensionId>());
    }

    [Fact]
    public void Props_take_only_constructor_calls()
    {
        Assert.ThrowsAny<Exception>(() => Props.Create(() => Make()));
        Assert.Throws<ArgumentException>(() => Props.Create(typeof(string)));
    }

    private static Silent Make() => null!;

    private sealed class Silent : ReceiveActor;

    private sealed class Blocks : ReceiveActor
    {
        public Blocks(Task gate) => ReceiveAsync<string>(_ => gate);
    }

    private sealed class Reports : ReceiveActor
    {
        public Reports(Task gate, IActorRef report)
        {
            ReceiveAsync<string>(text => text == "block", async _ =>
            {
                report.Tell("begun");
                await gate;
            });
            Receive<string>(text => report.Tell(text));
        }
    }

    private sealed class Notes(List<string> order) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }

        protected override void PostStop() => order.Add("stopped");
    }

    private sealed class CountingExtension : IExtension;

    private sealed class CountingExtensionId : ExtensionIdProvider<CountingExtension>
    {
        public override CountingExtension CreateExtension(ExtendedActorSystem system) => new();
    }
}
