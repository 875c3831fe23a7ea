using Rig.Engine.Dispatch.SysMsg;
using Rig.Engine.Event;

namespace Rig.Engine.Actor;

/// <summary>A path in this system where nobody lives; what it is told becomes a dead letter.</summary>
internal class EmptyLocalActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream) : MinimalActorRef
{
    public override ActorPath Path => path;

    public override IActorRefProvider Provider => provider;

    public override bool IsTerminated => true;

    /// <summary>Watchers learn at once that there is nobody.</summary>
    public static void AnswerForTheDead(SystemMessage message, bool existenceConfirmed)
    {
        if (message is Watch watch && !watch.Watchee.Equals(watch.Watcher))
            watch.Watcher.SendSystemMessage(new DeathWatchNotification(watch.Watchee, existenceConfirmed, false));
    }

    public override void Tell(object message, IActorRef? sender)
    {
        switch (message)
        {
            case null:
                throw new InvalidMessageException();
            case DeadLetter letter:
                Publish(letter.Message, letter.Sender, letter.Recipient);
                break;
            default:
                Publish(message, sender ?? provider.DeadLetters, this);
                break;
        }
    }

    public override void SendSystemMessage(SystemMessage message) => AnswerForTheDead(message, existenceConfirmed: false);

    private void Publish(object message, IActorRef sender, IActorRef recipient)
    {
        switch (message)
        {
            case Identify identify:
                sender.Tell(new ActorIdentity(identify.MessageId, null), this);
                break;
            case ActorSelectionMessage { Message: Identify identify, WildCardFanOut: false }:
                sender.Tell(new ActorIdentity(identify.MessageId, null), this);
                break;
            case ActorSelectionMessage { WildCardFanOut: true }:
                break;
            case ActorSelectionMessage selection:
                Publish(selection.Message, sender, recipient);
                break;
            case IDeadLetterSuppression suppressed:
                eventStream.Publish(new SuppressedDeadLetter(suppressed, sender, recipient));
                break;
            default:
                eventStream.Publish(new DeadLetter(message, sender, recipient));
                break;
        }
    }
}

/// <summary>Where messages without a receiver end: they are published as <see cref="DeadLetter"/>.</summary>
internal sealed class DeadLetterActorRef(IActorRefProvider provider, ActorPath path, EventStream eventStream)
    : EmptyLocalActorRef(provider, path, eventStream)
{
    public override bool IsTerminated => false;
}
