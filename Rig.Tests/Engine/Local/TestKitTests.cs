namespace Rig.Tests.Engine.Local;

public class TestKitTests : TestKit
{
    [Fact]
    public void A_message_that_does_not_come_fails_the_test()
    {
        Assert.ThrowsAny<Exception>(() => ExpectMsg<string>(TimeSpan.FromMilliseconds(20)));
        TestActor.Tell(5);
        Assert.ThrowsAny<Exception>(() => ExpectMsg<string>());
        TestActor.Tell("other");
        Assert.ThrowsAny<Exception>(() => ExpectMsg("one"));
    }

    [Fact]
    public void A_message_where_none_is_expected_fails_the_test()
    {
        TestActor.Tell("surprise");
        Assert.ThrowsAny<Exception>(() => ExpectNoMsg());
    }

    [Fact]
    public void Fishing_skips_what_does_not_fit()
    {
        TestActor.Tell(1);
        TestActor.Tell("two");
        TestActor.Tell(3);
        Assert.Equal(3, FishForMessage<int>(number => number > 1));
    }

    [Fact]
    public void All_of_these_in_any_order()
    {
        TestActor.Tell("b");
        TestActor.Tell("a");
        ExpectMsgAllOf("a", "b");
    }

    [Fact]
    public void Within_limits_what_is_inside()
    {
        Assert.ThrowsAny<Exception>(() => Within(TimeSpan.FromMilliseconds(30), () => ExpectMsg<string>()));
        Within(TimeSpan.FromSeconds(10), () => TestActor.Tell("x"));
        ExpectMsg("x");
    }

    [Fact]
    public async Task A_condition_is_awaited()
    {
        var calls = 0;
        AwaitCondition(() => ++calls == 3);
        await AwaitAssertAsync(() => Assert.True(++calls > 5));
        Assert.ThrowsAny<Exception>(() => AwaitCondition(() => false, TimeSpan.FromMilliseconds(20)));
    }

    [Fact]
    public void A_probe_receives_and_answers()
    {
        var probe = CreateTestProbe();
        probe.Ref.Tell("question");
        probe.ExpectMsg("question");
        probe.Reply("answer");
        ExpectMsgFrom(probe.Ref, "answer");
        probe.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            sender.Tell($"pilot {message}");
            return AutoPilot.KeepRunning;
        }));
        probe.Ref.Tell("x");
        ExpectMsg("pilot x");
    }

    [Fact]
    public void Ignored_messages_are_not_seen()
    {
        IgnoreMessages(message => message is int);
        TestActor.Tell(1);
        TestActor.Tell("seen");
        ExpectMsg("seen");
    }

    [Fact]
    public async Task An_event_filter_counts_what_is_logged()
    {
        EventFilter.Warning("careful").ExpectOne(() => Sys.Log.Warning("careful"));
        await EventFilter.Error(contains: "fire").ExpectAsync(2, () =>
        {
            Sys.Log.Error("fire {0}", 1);
            Sys.Log.Error(new InvalidOperationException("x"), "fire {0}", 2);
            return Task.CompletedTask;
        });
        Assert.ThrowsAny<Exception>(() =>
            EventFilter.Warning("never").ExpectOne(TimeSpan.FromMilliseconds(20), () => Sys.Log.Warning("other")));
    }
}
