using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class StashTests : PatientTestKit
{
    [Fact]
    public void Stashed_messages_come_first_and_in_order_once_unstashed()
    {
        var actor = ActorOf(() => new Opens(TestActor), "actor");
        actor.Tell("a");
        actor.Tell("b");
        actor.Tell("open");
        actor.Tell("c");
        ExpectMsg("a");
        ExpectMsg("b");
        ExpectMsg("c");
    }

    [Fact]
    public void A_full_stash_fails_the_actor()
    {
        var actor = ActorOf(Props.Create(() => new OpensLimited()).WithStashCapacity(1), "actor");
        EventFilter.Exception<StashOverflowException>().ExpectOne(() =>
        {
            actor.Tell("a");
            actor.Tell("b");
        });
    }

    [Fact]
    public void An_unbounded_stash_has_no_limit()
    {
        var actor = ActorOf(Props.Create(() => new Opens(TestActor)).WithStashCapacity(1), "actor");
        actor.Tell("a");
        actor.Tell("b");
        actor.Tell("open");
        ExpectMsg("a");
        ExpectMsg("b");
    }

    [Fact]
    public void A_message_is_stashed_once()
    {
        ActorOf<StashesTwice>("actor").Tell("twice");
        ExpectMsg<IllegalActorStateException>();
    }

    [Fact]
    public void A_restart_gives_stashed_messages_back_to_the_mailbox()
    {
        var actor = ActorOf(() => new Opens(TestActor), "actor");
        actor.Tell("a");
        actor.Tell(new InvalidOperationException("boom"));
        actor.Tell("open");
        ExpectMsg("a");
    }

    [Fact]
    public void The_sender_of_a_stashed_message_is_kept()
    {
        var actor = ActorOf(() => new Opens(null), "actor");
        var probe = CreateTestProbe();
        actor.Tell("a", probe.Ref);
        actor.Tell("open");
        probe.ExpectMsg("a");
    }

    private sealed class Opens : ReceiveActor, IWithUnboundedStash
    {
        public Opens(IActorRef? report)
        {
            Receive<Exception>(cause => throw cause);
            Receive<string>(text => text == "open", _ =>
            {
                Become(() => Receive<string>(text => (report ?? Sender).Tell(text)));
                Stash.UnstashAll();
            });
            Receive<string>(_ => Stash.Stash());
        }

        public IStash Stash { get; set; } = null!;
    }

    private sealed class OpensLimited : ReceiveActor, IWithStash
    {
        public OpensLimited() => ReceiveAny(_ => Stash.Stash());

        public IStash Stash { get; set; } = null!;
    }

    private sealed class StashesTwice : ReceiveActor, IWithStash
    {
        public StashesTwice() => ReceiveAny(_ =>
        {
            Stash.Stash();
            try
            {
                Stash.Stash();
            }
            catch (IllegalActorStateException cause)
            {
                Sender.Tell(cause);
            }
        });

        public IStash Stash { get; set; } = null!;
    }
}
