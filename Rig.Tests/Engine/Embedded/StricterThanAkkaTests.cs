using Rig.Tests.Support;

namespace Rig.Tests.Engine.Embedded;

/// <summary>Mistakes that Akka.NET lets pass and the embedded engine refuses.</summary>
public class StricterThanAkkaTests : PatientTestKit
{
    [Fact]
    public void Null_is_no_message()
    {
        var silent = ActorOf<Silent>("silent");
        Assert.Throws<InvalidMessageException>(() => silent.Tell(null!));
    }

    [Fact]
    public void An_actor_is_not_made_with_new() => Assert.Throws<ActorInitializationException>(() => new Silent());

    [Theory]
    [InlineData("akka.tcp://rig@host:99999/user")]
    [InlineData("akka://rig/user/a#x")]
    public void What_is_no_path_is_refused(string text) => Assert.False(ActorPath.TryParse(text, out _));

    [Fact]
    public void A_child_made_from_another_thread_is_refused()
    {
        ActorOf(() => new MakesElsewhere(TestActor), "actor").Tell("go");
        ExpectMsg("refused");
    }

    private sealed class Silent : ReceiveActor;

    private sealed class MakesElsewhere : ReceiveActor
    {
        public MakesElsewhere(IActorRef report)
        {
            ReceiveAny(_ =>
            {
                var context = Context;
                Task.Run(() =>
                {
                    try
                    {
                        context.ActorOf(Props.Create(() => new Silent()));
                        report.Tell("made");
                    }
                    catch (Exception cause) when (cause is NotSupportedException or InvalidOperationException)
                    {
                        report.Tell("refused");
                    }
                });
            });
        }
    }
}
