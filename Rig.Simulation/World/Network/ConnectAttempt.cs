using Akka.Remote.Transport;

namespace Rig.Simulation.World.Network;

/// <summary>A connection being made: asked for again while nobody answers, refused where a live machine has nobody listening.</summary>
internal sealed class ConnectAttempt(SimulatedNetwork network, SimulatedTransport caller, Address remote)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<AssociationHandle> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan retry = FirstRetry;

    public Task<AssociationHandle> Task => done.Task;

    private SimulatedMachine From => caller.Process.Machine;

    private SimulatedMachine? Called => network.Find(remote.Host);

    public void Begin(TimeSpan timeout)
    {
        if (Called is not { } called)
        {
            Fail($"The host name '{remote.Host}' is not known.");
            return;
        }

        network.World.After(Way(From, called), Ask);
        network.World.After(timeout, () => Fail($"{remote} does not answer."));
    }

    private void Ask()
    {
        var called = Called!;
        if (done.Task.IsCompleted || !caller.Process.IsAlive)
        {
            return;
        }

        if (!called.IsPowered || network.Between(From, called).Loses() || network.Between(called, From).Loses())
        {
            network.World.After(retry + Way(From, called), Ask);
            retry *= 2;
            return;
        }

        if (called.ListenerOn(remote.Port!.Value) is not { } listener)
        {
            network.World.After(Way(called, From), () => Fail($"{remote} refuses the connection."));
            return;
        }

        var (near, far) = SimulatedAssociation.Pair(caller, listener);
        if (!listener.TryAccept(far))
        {
            far.CloseForDeadProcess(tellPeer: true);
        }

        network.World.After(Way(called, From), () => Answered(near));
    }

    // The caller may have lost timeout on the way: what the other side took in is then a connection with nobody at its end.
    private void Answered(SimulatedAssociation near)
    {
        if (!caller.Process.IsAlive)
        {
            near.CloseForDeadProcess(tellPeer: true);
        }
        else if (!done.TrySetResult(near))
        {
            near.End();
        }
    }

    private void Fail(string why) => done.TrySetException(new InvalidAssociationException(why));

    private TimeSpan Way(SimulatedMachine from, SimulatedMachine to) => TimeSpan.FromTicks(network.Between(from, to).DelayTicks(0));
}
