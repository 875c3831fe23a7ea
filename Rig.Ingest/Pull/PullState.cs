using System.Collections.Immutable;
using Rig.Domain.Identity;

namespace Rig.Ingest.Pull;

public enum PullStep
{
    Fetch = 1,

    /// <summary>The receipt is committed; the node does not know it yet.</summary>
    Confirm = 2,
}

/// <param name="Order">First seen first served, among takes of equal right.</param>
/// <param name="Running">A task works on it now.</param>
/// <param name="NotBefore">After a failure.</param>
public sealed record PullItem(RemoteTake Take, long Order, PullStep Step, bool Running, int Failures, DateTimeOffset NotBefore, string? Error);

/// <summary>
/// Which takes are to be fetched and confirmed, and when: the session that lacks the fewest bytes first, so that one match is whole
/// before the next begins; within it the cameras in turn. Nothing here is durable: what was fetched is in the receipts and in the
/// part files, what is to be fetched is at the nodes.
/// </summary>
public sealed record PullState
{
    private static readonly Comparer<SessionLoad> ShortestFirst =
        Comparer<SessionLoad>.Create((a, b) => (a.LackingBytes, a.FirstOrder).CompareTo((b.LackingBytes, b.FirstOrder)));

    private PullOptions Options { get; init; } = new();

    public ImmutableDictionary<TakeId, PullItem> Items { get; private init; } = ImmutableDictionary<TakeId, PullItem>.Empty;

    /// <summary>Nothing is started; what is fetched already is still confirmed.</summary>
    public bool Paused { get; init; }

    private long NextOrder { get; init; }

    private int Fetching { get; init; }

    private ImmutableHashSet<TakeId> ToConfirm { get; init; } = [];

    private ImmutableDictionary<string, NodeLoad> Nodes { get; init; } = ImmutableDictionary<string, NodeLoad>.Empty;

    private ImmutableDictionary<SessionId, SessionLoad> Sessions { get; init; } = ImmutableDictionary<SessionId, SessionLoad>.Empty;

    private ImmutableSortedSet<SessionLoad> Queue { get; init; } = ImmutableSortedSet<SessionLoad>.Empty.WithComparer(ShortestFirst);

    /// <summary>When each camera was last served, counted in starts.</summary>
    private ImmutableDictionary<CameraId, long> Turns { get; init; } = ImmutableDictionary<CameraId, long>.Empty;

    public static PullState Empty(PullOptions options) => new() { Options = options };

    /// <summary>A node said what it holds unconfirmed. What it no longer lists is forgotten, unless it is being worked on.</summary>
    public PullState Listed(string nodeUrl, IReadOnlyList<RemoteTake> takes)
    {
        var listed = takes.Select(take => take.Id).ToHashSet();
        var state = this;
        foreach (var gone in Items.Values.Where(item => item.Take.NodeUrl == nodeUrl && !item.Running && !listed.Contains(item.Take.Id)))
        {
            state = state.Replace(gone, null);
        }

        foreach (var take in takes)
        {
            if (!state.Items.TryGetValue(take.Id, out var known))
            {
                state = state.Replace(null, new PullItem(take, state.NextOrder, PullStep.Fetch, Running: false, 0, DateTimeOffset.MinValue, null)) with { NextOrder = state.NextOrder + 1 };
            }
            else if (!known.Running && known.Take.NodeUrl == nodeUrl && known.Take != take)
            {
                // The node sealed it again, after a repair for instance.
                state = state.Replace(known, known with { Take = take, Step = PullStep.Fetch, Failures = 0, NotBefore = DateTimeOffset.MinValue, Error = null });
            }
        }

        return state;
    }

    /// <summary>What to start now, marked as running. Confirmations are small and never wait; fetches are bounded per node and in all.</summary>
    public (PullState State, IReadOnlyList<PullItem> Start) Next(DateTimeOffset now)
    {
        var start = new List<PullItem>();
        var state = this;
        foreach (var item in ToConfirm.Select(id => Items[id]).Where(item => item.NotBefore <= now).OrderBy(item => item.Order))
        {
            state = state.Run(item, start);
        }

        while (!Paused && state.NextFetch(now) is { } item)
        {
            state = state.Run(item, start);
        }

        return (state, start);
    }

    /// <summary>The receipt is committed: now the node must hear of it.</summary>
    public PullState Fetched(TakeId id) => Change(id, item => item with { Step = PullStep.Confirm, Running = false, Failures = 0, NotBefore = DateTimeOffset.MinValue, Error = null });

    /// <summary>The node stored the receipt.</summary>
    public PullState Confirmed(TakeId id) => Items.TryGetValue(id, out var item) ? Replace(item, null) : this;

    /// <summary>It was interrupted by this server, which is no failure.</summary>
    public PullState Stopped(TakeId id) => Change(id, item => item with { Running = false });

    /// <summary>Another server brings it: look again later, when its receipt is there or its lease is over.</summary>
    public PullState Elsewhere(TakeId id, DateTimeOffset now) => Change(id, item => item with { Running = false, Failures = 0, NotBefore = now + Options.RetryDelay, Error = null });

    /// <param name="backToFetch">What the server held turned out not to be whole.</param>
    public PullState Failed(TakeId id, string error, DateTimeOffset now, bool backToFetch = false) => Change(id, item =>
    {
        var delay = TimeSpan.FromTicks((long)Math.Min(Options.MaxRetryDelay.Ticks, Options.RetryDelay.Ticks * Math.Pow(2, Math.Min(item.Failures, 20))));
        return item with
        {
            Step = backToFetch ? PullStep.Fetch : item.Step,
            Running = false,
            Failures = item.Failures + 1,
            NotBefore = now + delay,
            Error = error,
        };
    });

    /// <summary>Failed takes need not wait any longer.</summary>
    /// <param name="only">Null is all of them.</param>
    public PullState Retry(TakeId? only) => Items.Values
        .Where(item => !item.Running && item.Failures > 0 && (only is null || item.Take.Id == only))
        .Aggregate(this, (state, item) => state.Replace(item, item with { NotBefore = DateTimeOffset.MinValue }));

    private PullItem? NextFetch(DateTimeOffset now)
    {
        if (Fetching >= Options.MaxConcurrentTakes || !Nodes.Values.Any(HasRoom))
        {
            return null;
        }

        foreach (var session in Queue)
        {
            var next = session.Waiting.Values.Select(id => Items[id])
                .Where(item => item.NotBefore <= now && HasRoom(Nodes[item.Take.NodeUrl]))
                .MinBy(item => (Turns.GetValueOrDefault(item.Take.Id.CameraId), item.Order));
            if (next is not null)
            {
                return next;
            }
        }

        return null;
    }

    private bool HasRoom(NodeLoad node) => node.Waiting > 0 && node.Fetching < Options.MaxConcurrentTakesPerNode;

    private PullState Run(PullItem item, List<PullItem> start)
    {
        var running = item with { Running = true };
        start.Add(running);
        var state = Replace(item, running);
        return item.Step == PullStep.Fetch
            ? state with { Turns = Turns.SetItem(item.Take.Id.CameraId, NextOrder), NextOrder = NextOrder + 1 }
            : state;
    }

    private PullState Change(TakeId id, Func<PullItem, PullItem> change) => Items.TryGetValue(id, out var item) ? Replace(item, change(item)) : this;

    /// <summary>The only way an item changes, so that the counts and orders kept of the items are true.</summary>
    private PullState Replace(PullItem? before, PullItem? after)
    {
        var id = (before ?? after)!.Take.Id;
        var (nodes, fetching, toConfirm) = (Nodes, Fetching, ToConfirm.Remove(id));
        var load = Sessions.GetValueOrDefault(id.SessionId);
        var queue = load is null ? Queue : Queue.Remove(load);
        load ??= new SessionLoad(0, 0, (before ?? after)!.Order, ImmutableSortedDictionary<long, TakeId>.Empty);
        if (before is { Step: PullStep.Fetch })
        {
            fetching -= before.Running ? 1 : 0;
            nodes = nodes.SetItem(before.Take.NodeUrl, nodes[before.Take.NodeUrl].Add(before.Running, -1));
            load = load with { Takes = load.Takes - 1, LackingBytes = load.LackingBytes - before.Take.SizeBytes, Waiting = load.Waiting.Remove(before.Order) };
        }

        if (after is { Step: PullStep.Fetch })
        {
            fetching += after.Running ? 1 : 0;
            nodes = nodes.SetItem(after.Take.NodeUrl, (nodes.GetValueOrDefault(after.Take.NodeUrl) ?? new NodeLoad(0, 0)).Add(after.Running, 1));
            load = load with
            {
                Takes = load.Takes + 1,
                LackingBytes = load.LackingBytes + after.Take.SizeBytes,
                Waiting = after.Running ? load.Waiting : load.Waiting.Add(after.Order, id),
            };
        }
        else if (after is { Running: false })
        {
            toConfirm = toConfirm.Add(id);
        }

        return this with
        {
            Items = after is null ? Items.Remove(id) : Items.SetItem(id, after),
            Fetching = fetching,
            Nodes = nodes,
            ToConfirm = toConfirm,
            Sessions = load.Takes == 0 ? Sessions.Remove(id.SessionId) : Sessions.SetItem(id.SessionId, load),
            Queue = load.Takes == 0 ? queue : queue.Add(load),
        };
    }

    /// <param name="Waiting">Takes to fetch that nothing works on.</param>
    private sealed record NodeLoad(int Waiting, int Fetching)
    {
        public NodeLoad Add(bool running, int count) => running ? this with { Fetching = Fetching + count } : this with { Waiting = Waiting + count };
    }

    /// <param name="Takes">Not fetched yet, those being fetched included.</param>
    /// <param name="FirstOrder">Tells sessions apart; no two have the same.</param>
    private sealed record SessionLoad(int Takes, long LackingBytes, long FirstOrder, ImmutableSortedDictionary<long, TakeId> Waiting);
}
