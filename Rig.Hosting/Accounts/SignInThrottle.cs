namespace Rig.Hosting.Accounts;

/// <param name="Name">The normalized name that was typed, whether or not it has an account.</param>
/// <param name="Place">The device that signed in to this account before, or else the network that the request came from.</param>
public readonly record struct SignInSource(string Name, string Place);

/// <summary>
/// Makes guessing slow. Wrong tries count for a name at a place and never for the name alone: whoever types wrong passwords keeps
/// himself out, and not the person whose name he types. In memory: a restart forgets.
/// </summary>
/// <param name="maxSources">Bounds the memory; of more, the one of longest ago is forgotten.</param>
public sealed class SignInThrottle(TimeProvider clock, int maxSources = 100_000)
{
    /// <summary>Tries that need not wait.</summary>
    public const int FreeTries = 5;

    public static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(15);

    /// <summary>After so long without a try all is forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly Dictionary<SignInSource, LinkedListNode<Tries>> known = [];
    private readonly LinkedList<Tries> byAge = new();

    /// <summary>
    /// Asks for a try. It counts as a wrong one until <see cref="Succeeded"/>, so that many at the same moment do not all pass. A try
    /// that has to wait does not count.
    /// </summary>
    /// <returns>Zero: go ahead. Else how long to wait.</returns>
    public TimeSpan Begin(SignInSource source)
    {
        lock (gate)
        {
            var now = clock.GetUtcNow();
            var before = known.GetValueOrDefault(source);
            if (before is not null && before.Value.NotBefore > now)
            {
                return before.Value.NotBefore - now;
            }

            var count = before is null || before.Value.At < now - Memory ? 1 : before.Value.Count + 1;
            Forget(before);
            if (known.Count == maxSources)
            {
                Forget(byAge.First);
            }

            known[source] = byAge.AddLast(new Tries(source, count, now, now + DelayAfter(count)));
            return TimeSpan.Zero;
        }
    }

    public void Succeeded(SignInSource source)
    {
        lock (gate)
        {
            Forget(known.GetValueOrDefault(source));
        }
    }

    /// <summary>None for the free tries, then <see cref="FirstDelay"/> and twice as long each time, up to <see cref="LongestDelay"/>.</summary>
    public static TimeSpan DelayAfter(int wrongTries)
    {
        if (wrongTries < FreeTries)
        {
            return TimeSpan.Zero;
        }

        // 2^10 first delays are beyond the longest; more would overflow.
        var delay = FirstDelay * Math.Pow(2, Math.Min(wrongTries - FreeTries, 10));
        return delay < LongestDelay ? delay : LongestDelay;
    }

    private void Forget(LinkedListNode<Tries>? tries)
    {
        if (tries is not null)
        {
            known.Remove(tries.Value.Source);
            byAge.Remove(tries);
        }
    }

    private sealed record Tries(SignInSource Source, int Count, DateTimeOffset At, DateTimeOffset NotBefore);
}
