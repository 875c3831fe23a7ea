namespace Rig.Actors.Recording;

/// <summary>
/// Orders that an actor stashes until it can answer them. More than a rig's pages and command lines could have under way are refused
/// instead of kept.
/// </summary>
internal sealed class WaitingOrders
{
    public const int Capacity = 32;

    private int count;

    /// <param name="refuse">Answers the order that is handled now, which has no room.</param>
    public void Keep(IStash stash, Action refuse)
    {
        if (count == Capacity)
        {
            refuse();
            return;
        }

        stash.Stash();
        count++;
    }

    public void Release(IStash stash)
    {
        count = 0;
        stash.UnstashAll();
    }
}
