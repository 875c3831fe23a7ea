using Rig.Engine.Actor;
using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Remote;

/// <summary>
/// Who watches whom across nodes, so that the end of a whole system ends every watch on its actors.
/// Systems that are members of the cluster are given up by the cluster; all others when they have been silent for too long.
/// </summary>
internal sealed class RemoteWatcher
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Address, HashSet<Pair>> _watching = [];
    private readonly Dictionary<Address, HashSet<Pair>> _watched = [];

    /// <summary>Records that a local actor watches a remote one; true for the first at that address.</summary>
    public bool Watching(IInternalActorRef watchee, IInternalActorRef watcher) => Add(_watching, watchee.Path.Address, new Pair(watchee, watcher));

    /// <summary>True when that was the last at that address.</summary>
    public bool NoLongerWatching(IInternalActorRef watchee, IInternalActorRef watcher) => Remove(_watching, watchee.Path.Address, new Pair(watchee, watcher));

    /// <summary>Records that a remote actor watches a local one.</summary>
    public void WatchedBy(IInternalActorRef watchee, IInternalActorRef watcher) => Add(_watched, watcher.Path.Address, new Pair(watchee, watcher));

    public void NoLongerWatchedBy(IInternalActorRef watchee, IInternalActorRef watcher) => Remove(_watched, watcher.Path.Address, new Pair(watchee, watcher));

    /// <summary>The addresses with watched actors.</summary>
    public List<Address> WatchedAddresses()
    {
        lock (_gate)
            return [.. _watching.Keys];
    }

    /// <summary>All actors at the address are dead: their watchers are told, and what they watched here forgets them.</summary>
    public void AddressTerminated(Address address)
    {
        HashSet<Pair>? dead;
        HashSet<Pair>? forgotten;
        lock (_gate)
        {
            _watching.Remove(address, out dead);
            _watched.Remove(address, out forgotten);
        }
        foreach (var (watchee, watcher) in dead ?? [])
            watcher.SendSystemMessage(new DeathWatchNotification(watchee, existenceConfirmed: false, addressTerminated: true));
        foreach (var (watchee, watcher) in forgotten ?? [])
            watchee.SendSystemMessage(new Unwatch(watchee, watcher));
    }

    private bool Add(Dictionary<Address, HashSet<Pair>> pairs, Address address, Pair pair)
    {
        lock (_gate)
        {
            var isFirst = !pairs.TryGetValue(address, out var known);
            if (known is null)
                pairs.Add(address, known = []);
            known.Add(pair);
            return isFirst;
        }
    }

    private bool Remove(Dictionary<Address, HashSet<Pair>> pairs, Address address, Pair pair)
    {
        lock (_gate)
        {
            if (!pairs.TryGetValue(address, out var known) || !known.Remove(pair) || known.Count > 0)
                return false;
            return pairs.Remove(address);
        }
    }

    private readonly record struct Pair(IInternalActorRef Watchee, IInternalActorRef Watcher);
}
