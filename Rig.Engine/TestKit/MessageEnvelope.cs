using Rig.Engine.Actor;

namespace Rig.Engine.TestKit;

/// <summary>A message that a test actor received, with its sender.</summary>
public abstract class MessageEnvelope
{
    private protected MessageEnvelope()
    {
    }

    public abstract object Message { get; }

    public abstract IActorRef Sender { get; }

    public override string ToString() => $"<{Message}> from {Sender}";
}

/// <summary>Answers in a test actor's stead before the test sees the message.</summary>
public abstract class AutoPilot
{
    public static NoAutoPilot NoAutoPilot { get; } = new();

    public static KeepRunning KeepRunning { get; } = new();

    /// <summary>Gives the pilot for the next message; <see cref="KeepRunning"/> for this one again.</summary>
    public abstract AutoPilot Run(IActorRef sender, object message);
}

public sealed class NoAutoPilot : AutoPilot
{
    internal NoAutoPilot()
    {
    }

    public override AutoPilot Run(IActorRef sender, object message) => this;
}

public sealed class KeepRunning : AutoPilot
{
    internal KeepRunning()
    {
    }

    public override AutoPilot Run(IActorRef sender, object message) => this;
}

public delegate AutoPilot AutoPilotDelegate(IActorRef sender, object message);

public sealed class DelegateAutoPilot(AutoPilotDelegate autoPilotDelegate) : AutoPilot
{
    public override AutoPilot Run(IActorRef sender, object message) => autoPilotDelegate(sender, message);
}
