using System.Collections.Immutable;
using Rig.Actors.Recording;

namespace Rig.Ingest.Pull;

public enum PullStep
{
    Fetch = 1,

    /// <summary>The receipt is committed; the node does not know it yet.</summary>
    Confirm = 2,
}

/// <param name="Order">First seen first served.</param>
/// <param name="Running">A task works on it now.</param>
/// <param name="NotBefore">After a failure.</param>
public sealed record PullItem(RemoteTake Take, long Order, PullStep Step, bool Running, int Failures, DateTimeOffset NotBefore, string? Error);

/// <summary>
/// Which takes are to be fetched and confirmed, and when. Nothing here is durable: what was fetched is in the receipts and in the
/// part files, what is to be fetched is at the nodes.
/// </summary>
public sealed record PullState(PullOptions Options, ImmutableDictionary<RecordingId, PullItem> Items, long NextOrder)
{
    public static PullState Empty(PullOptions options) => new(options, ImmutableDictionary<RecordingId, PullItem>.Empty, 0);

    /// <summary>A node said what it holds unconfirmed. What it no longer lists is forgotten, unless it is being worked on.</summary>
    public PullState Listed(string nodeUrl, IReadOnlyList<RemoteTake> takes)
    {
        var listed = takes.Select(take => take.Id).ToHashSet();
        var items = Items.RemoveRange(Items.Values.Where(item => item.Take.NodeUrl == nodeUrl && !item.Running && !listed.Contains(item.Take.Id)).Select(item => item.Take.Id));
        var order = NextOrder;
        foreach (var take in takes)
        {
            if (!items.TryGetValue(take.Id, out var known))
            {
                items = items.Add(take.Id, new PullItem(take, order++, PullStep.Fetch, Running: false, 0, DateTimeOffset.MinValue, null));
            }
            else if (!known.Running && known.Take.NodeUrl == nodeUrl && known.Take != take)
            {
                // The node sealed it anew, after a repair for instance.
                items = items.SetItem(take.Id, known with { Take = take, Step = PullStep.Fetch, Failures = 0, NotBefore = DateTimeOffset.MinValue, Error = null });
            }
        }

        return this with { Items = items, NextOrder = order };
    }

    /// <summary>What to start now, marked as running. Confirmations are small and never wait; fetches are bounded per node and in all.</summary>
    public (PullState State, IReadOnlyList<PullItem> Start) Next(DateTimeOffset now)
    {
        var start = new List<PullItem>();
        var fetching = Items.Values.Where(item => item is { Running: true, Step: PullStep.Fetch }).ToList();
        var total = fetching.Count;
        var perNode = fetching.GroupBy(item => item.Take.NodeUrl).ToDictionary(node => node.Key, node => node.Count());
        foreach (var item in Items.Values.Where(item => !item.Running && item.NotBefore <= now).OrderBy(item => item.Order))
        {
            if (item.Step == PullStep.Fetch)
            {
                var ofNode = perNode.GetValueOrDefault(item.Take.NodeUrl);
                if (total >= Options.MaxConcurrentTakes || ofNode >= Options.MaxConcurrentTakesPerNode)
                {
                    continue;
                }

                total++;
                perNode[item.Take.NodeUrl] = ofNode + 1;
            }

            start.Add(item with { Running = true });
        }

        return (this with { Items = Items.SetItems(start.Select(item => KeyValuePair.Create(item.Take.Id, item))) }, start);
    }

    /// <summary>The receipt is committed: now the node must hear of it.</summary>
    public PullState Fetched(RecordingId id) => Change(id, item => item with { Step = PullStep.Confirm, Running = false, Failures = 0, NotBefore = DateTimeOffset.MinValue, Error = null });

    /// <summary>The node stored the receipt.</summary>
    public PullState Confirmed(RecordingId id) => this with { Items = Items.Remove(id) };

    /// <param name="backToFetch">What the server held turned out not to be whole.</param>
    public PullState Failed(RecordingId id, string error, DateTimeOffset now, bool backToFetch = false) => Change(id, item =>
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

    private PullState Change(RecordingId id, Func<PullItem, PullItem> change) =>
        Items.TryGetValue(id, out var item) ? this with { Items = Items.SetItem(id, change(item)) } : this;
}
