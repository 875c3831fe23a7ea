using Rig.Engine.Actor;

namespace Rig.Engine.Streams.Implementation;

internal sealed class LocalMaterializer : ActorMaterializer
{
    private static readonly Props SupervisorProps = Props.Create(typeof(StreamSupervisor), () => new StreamSupervisor());

    private readonly LocalActorRef supervisor;
    private readonly string namePrefix;
    private long streams;

    public LocalMaterializer(IActorRefFactory context, string namePrefix)
    {
        this.namePrefix = namePrefix;
        supervisor = (LocalActorRef)(context switch
        {
            ExtendedActorSystem system => system.SystemActorOf(SupervisorProps),
            _ => context.ActorOf(SupervisorProps),
        });
    }

    public override bool IsShutdown => supervisor.IsStopRequested || supervisor.IsTerminated;

    public override TMat Materialize<TMat>(IGraph<ClosedShape, TMat> runnable)
    {
        if (IsShutdown)
            throw new InvalidOperationException("The stream's materializer was shut down, with the actor or system it was made of. Make another.");
        var interpreter = new Interpreter(supervisor.Cell.SystemImpl);
        var value = ((IRunnable<TMat>)runnable).Build(interpreter);
        // From any thread: the supervisor's only work is to have children.
        supervisor.Cell.AttachChild(Props.Create(typeof(StreamActor), () => new StreamActor(interpreter)), $"{namePrefix}-{Interlocked.Increment(ref streams)}");
        return value;
    }

    public override void Shutdown() => supervisor.Cell.System.Stop(supervisor);
}
