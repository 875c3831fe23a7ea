using Rig.Engine.Actor;

namespace Rig.Engine.Persistence;

/// <summary>Lets a limited number of actors recover at a time, first come first served, so that a start of many does not bury the journal.</summary>
internal sealed class RecoveryPermitterActor : ReceiveActor
{
    private readonly HashSet<IActorRef> _holders = [];
    private readonly LinkedList<IActorRef> _waiting = [];

    public RecoveryPermitterActor(int maxPermits)
    {
        Receive<Persistence.RequestRecoveryPermit>(_ =>
        {
            Context.Watch(Sender);
            // One that asks again was restarted and still holds its permit.
            if (_holders.Contains(Sender) || _holders.Count < maxPermits)
                Grant(Sender);
            else
                _waiting.AddLast(Sender);
        });
        Receive<Persistence.ReturnRecoveryPermit>(_ => Free(Sender));
        Receive<Terminated>(ended => Free(ended.ActorRef));
    }

    private void Grant(IActorRef actor)
    {
        _holders.Add(actor);
        actor.Tell(Persistence.RecoveryPermitGranted.Instance);
    }

    private void Free(IActorRef actor)
    {
        Context.Unwatch(actor);
        _waiting.Remove(actor);
        if (_holders.Remove(actor) && _waiting.First is { } next)
        {
            _waiting.RemoveFirst();
            Grant(next.Value);
        }
    }
}
