using System.Net;
using Rig.Hosting.Http;

namespace Rig.Hosting.PeoplePort;

/// <summary>
/// How many connections each network holds on a port, so that nobody takes them all: not a stranger who opens thousands, which would
/// cost a camera its memory in mid-match, and not one who takes up the few that a small total would leave.
/// </summary>
/// <param name="most">Of one network. This machine's own, a proxy's above all, are not counted.</param>
internal sealed class ConnectionShares(int most)
{
    private readonly Lock gate = new();
    private readonly Dictionary<IPNetwork, int> held = [];

    /// <returns>To be disposed of when the connection ends; null where the network has all that it may.</returns>
    public IDisposable? Take(IPAddress? from)
    {
        if (PlainHttpGate.IsThisMachine(from))
        {
            return new Share(null);
        }

        var network = ClientPartition.NetworkOf(from);
        lock (gate)
        {
            var count = held.GetValueOrDefault(network);
            if (count >= most)
            {
                return null;
            }

            held[network] = count + 1;
        }

        return new Share(() => Give(network));
    }

    private void Give(IPNetwork network)
    {
        lock (gate)
        {
            if (--held[network] == 0)
            {
                held.Remove(network);
            }
        }
    }

    private sealed class Share(Action? give) : IDisposable
    {
        private Action? give = give;

        public void Dispose() => Interlocked.Exchange(ref give, null)?.Invoke();
    }
}
