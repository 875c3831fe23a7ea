namespace Rig.Actors.Operations;

/// <summary>At most <paramref name="max"/> in any window of <paramref name="window"/>. Safe to use from several threads.</summary>
public sealed class RateLimit(int max, TimeSpan window, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly Queue<long> taken = new();

    /// <summary>Whether another one is within the limit now; takes nothing.</summary>
    public bool IsOpen
    {
        get
        {
            lock (gate)
            {
                Forget();
                return taken.Count < max;
            }
        }
    }

    /// <returns>False when this one is beyond the limit; it does not count then.</returns>
    public bool TryTake()
    {
        lock (gate)
        {
            Forget();
            if (taken.Count >= max)
            {
                return false;
            }

            taken.Enqueue(time.GetTimestamp());
            return true;
        }
    }

    private void Forget()
    {
        while (taken.TryPeek(out var oldest) && time.GetElapsedTime(oldest) >= window)
        {
            taken.Dequeue();
        }
    }
}
