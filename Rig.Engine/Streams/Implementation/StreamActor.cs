using Rig.Engine.Actor;

namespace Rig.Engine.Streams.Implementation;

/// <summary>Gives one stream its turns.</summary>
internal sealed class StreamActor(Interpreter interpreter) : ActorBase
{
    protected override void PreStart()
    {
        interpreter.Start(Self);
        Continue();
    }

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case Interpreter.AsyncInput input:
                interpreter.Run(input.Stage, input.Handler, static handler => handler());
                break;
            case Resume:
                break;
            default:
                return false;
        }

        Continue();
        return true;
    }

    protected override void PostStop() => interpreter.Abort();

    private void Continue()
    {
        interpreter.RunEvents();
        if (interpreter.HasEvents)
            Self.Tell(Resume.Instance, ActorRefs.NoSender);
        else if (interpreter.IsCompleted)
            Context.Stop(Self);
    }

    private sealed class Resume : INoSerializationVerificationNeeded, Event.IDeadLetterSuppression
    {
        public static readonly Resume Instance = new();
    }
}

/// <summary>The parent of a materializer's streams. A stream deals with its own failures; one that escapes ends it.</summary>
internal sealed class StreamSupervisor : ActorBase
{
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override bool Receive(object message) => false;
}
