using Rig.Engine.Simulation;

namespace Rig.Tests.Simulation.Scenarios.Offload;

/// <summary>
/// Requests and answers between processes, as HTTP calls behave: each way takes its time on the link, a cut or a dead end swallows
/// it, now and then one comes when nobody waits any more, and the caller's patience ends the wait.
/// </summary>
internal static class Calls
{
    private const double LateChance = 0.01;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <param name="handle">Runs in the process that answers.</param>
    /// <exception cref="IOException">No answer, or the other side failed.</exception>
    public static async Task<T> CallAsync<T>(SimulatedProcess caller, SimulatedMachine callee, Func<T> handle)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var patience = caller.Time.CreateTimer(
            _ => answer.TrySetException(new IOException($"{callee.Name} does not answer.")), null, Patience, Timeout.InfiniteTimeSpan);
        Send(caller.Machine, callee, () => callee.Process?.Post(
            _ =>
            {
                try
                {
                    var result = handle();
                    Send(callee, caller.Machine, () => caller.Post(_ => answer.TrySetResult(result), null));
                }
                catch (IOException e)
                {
                    Send(callee, caller.Machine, () => caller.Post(_ => answer.TrySetException(new IOException(e.Message)), null));
                }
                catch (ProcessGoneException)
                {
                    // Nobody answers any more.
                }
            },
            null));
        return await answer.Task;
    }

    private static void Send(SimulatedMachine from, SimulatedMachine to, Action arrived)
    {
        var world = from.World;
        var link = world.Network.Between(from, to);
        if (link.IsCut)
        {
            return;
        }

        var delay = TimeSpan.FromTicks(link.DelayTicks(0));
        if (world.Happens(LateChance))
        {
            delay += world.Between(Patience, Patience * 4);
        }

        world.After(delay, () =>
        {
            if (!link.IsCut)
            {
                arrived();
            }
        });
    }
}
