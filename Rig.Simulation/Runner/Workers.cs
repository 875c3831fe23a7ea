using System.Threading.Channels;
using Rig.Simulation.Scenarios;

namespace Rig.Simulation.Runner;

/// <summary>As many worker processes as the machine has cores; each runs one world at a time.</summary>
internal sealed class Workers : IDisposable
{
    /// <summary>Seeds after which a process is replaced, so that whatever gathers in it stays small.</summary>
    private const int SeedsPerProcess = 1000;

    private readonly Channel<Slot> free = Channel.CreateUnbounded<Slot>();
    private readonly List<Slot> slots = [];

    public Workers(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var slot = new Slot();
            slots.Add(slot);
            free.Writer.TryWrite(slot);
        }
    }

    public int Count => slots.Count;

    /// <summary>Waits for a free worker and runs the job there.</summary>
    public async Task<Outcome> RunAsync(SeedJob job, Action<string>? trace, CancellationToken cancellationToken)
    {
        var slot = await free.Reader.ReadAsync(cancellationToken);
        try
        {
            return await slot.Fresh().RunAsync(job, trace, cancellationToken);
        }
        finally
        {
            free.Writer.TryWrite(slot);
        }
    }

    /// <returns>In the order of the seeds.</returns>
    public async Task<IReadOnlyList<Outcome>> RunAsync(string set, IEnumerable<int> seeds, string? bug, CancellationToken cancellationToken) =>
        await Task.WhenAll(seeds.Select(seed => RunAsync(new SeedJob(set, seed, bug), null, cancellationToken)));

    public void Dispose() => slots.ForEach(slot => slot.Dispose());

    private sealed class Slot : IDisposable
    {
        private Worker? worker;
        private int seeds;

        public Worker Fresh()
        {
            if (worker is { IsUsable: false } || ++seeds > SeedsPerProcess)
            {
                Dispose();
            }

            return worker ??= new Worker();
        }

        public void Dispose()
        {
            worker?.Dispose();
            (worker, seeds) = (null, 1);
        }
    }
}
