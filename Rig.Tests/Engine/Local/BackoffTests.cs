using Rig.Tests.Support;

namespace Rig.Tests.Engine.Local;

public class BackoffTests() : PatientTestKit("akka.scheduler.implementation = \"Akka.TestKit.TestScheduler, Akka.TestKit\"")
{
    private static readonly TimeSpan Min = TimeSpan.FromSeconds(1);

    private TestScheduler Time => (TestScheduler)Sys.Scheduler;

    [Fact]
    public void A_failed_child_comes_back_after_waits_that_double()
    {
        var supervisor = ActorOf(Supervised(), "supervisor");
        ExpectMsg("started");
        for (var wait = 1; wait <= 4; wait *= 2)
        {
            Fail(supervisor);
            Time.Advance(TimeSpan.FromSeconds(wait - 0.1));
            ExpectNoMsg(20);
            Time.Advance(TimeSpan.FromSeconds(0.1));
            ExpectMsg("started");
        }
    }

    [Fact]
    public void A_child_that_lives_long_enough_starts_the_waits_anew()
    {
        var supervisor = ActorOf(Supervised(), "supervisor");
        ExpectMsg("started");
        Fail(supervisor);
        Time.Advance(Min);
        ExpectMsg("started");
        Time.Advance(TimeSpan.FromSeconds(20));
        Fail(supervisor);
        Time.Advance(Min);
        ExpectMsg("started");
    }

    [Fact]
    public void After_too_many_restarts_the_supervisor_gives_up()
    {
        var options = Backoff.OnFailure(Props.Create(() => new Child(TestActor)), "child", Min, TimeSpan.FromSeconds(8), 0, 0);
        var supervisor = Watch(ActorOf(BackoffSupervisor.Props(options), "supervisor"));
        ExpectMsg("started");
        supervisor.Tell("fail");
        ExpectMsg("failing");
        ExpectTerminated(supervisor);
    }

    private Props Supervised() => BackoffSupervisor.Props(
        Backoff.OnFailure(Props.Create(() => new Child(TestActor)), "child", Min, TimeSpan.FromSeconds(8), 0, -1).WithAutoReset(TimeSpan.FromSeconds(15)));

    /// <summary>Returns once the supervisor has taken note of the failure and scheduled the restart.</summary>
    private void Fail(IActorRef supervisor)
    {
        var child = Sys.ActorSelection(supervisor.Path / "child").ResolveOne(TimeSpan.FromSeconds(60)).GetAwaiter().GetResult();
        var probe = CreateTestProbe();
        probe.Watch(child);
        supervisor.Tell("fail");
        ExpectMsg("failing");
        probe.ExpectTerminated(child);
        // The child tells its parent of its end before its watchers; one answer later the parent has handled its notice.
        for (var i = 0; i < 2; i++)
        {
            supervisor.Tell(new Identify(i));
            ExpectMsg<ActorIdentity>();
        }
    }

    private sealed class Child : ReceiveActor
    {
        private readonly IActorRef _report;

        public Child(IActorRef report)
        {
            _report = report;
            ReceiveAny(_ =>
            {
                report.Tell("failing");
                throw new InvalidOperationException("boom");
            });
        }

        protected override void PreStart() => _report.Tell("started");
    }
}
