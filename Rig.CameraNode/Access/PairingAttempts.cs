using System.Collections.Immutable;
using System.Net;

namespace Rig.CameraNode.Access;

/// <summary>Wrong PINs in a row from one place.</summary>
/// <param name="Until">No attempt counts before.</param>
internal sealed record WrongPins(int Count, DateTimeOffset At, DateTimeOffset Until)
{
    public static WrongPins None { get; } = new(0, default, default);
}

/// <summary>
/// How often the PIN may be guessed: a few times at once, then with delays that double, for each network and for the node as a whole.
/// Paired phones show their cookie and never wait here. Pure.
/// </summary>
internal sealed record PairingAttempts(WrongPins All, ImmutableDictionary<IPNetwork, WrongPins> ByNetwork)
{
    /// <summary>Of one network: whoever mistypes four times need not wait.</summary>
    public const int FreeOfNetwork = 4;

    /// <summary>Of all together, so that many addresses guess little more than one: in the long run two PINs a minute.</summary>
    public const int FreeOfAll = 20;

    private const int MaxNetworks = 1024;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestOfNetwork = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestOfAll = TimeSpan.FromSeconds(30);

    /// <summary>Wrong PINs older than this are forgotten.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(30);

    public static PairingAttempts None { get; } = new(WrongPins.None, ImmutableDictionary<IPNetwork, WrongPins>.Empty);

    /// <summary>How long an attempt from there has to wait; zero or less: not at all.</summary>
    public TimeSpan Wait(IPNetwork network, DateTimeOffset now)
    {
        var own = ByNetwork.GetValueOrDefault(network, WrongPins.None).Until - now;
        return own > All.Until - now ? own : All.Until - now;
    }

    public PairingAttempts Wrong(IPNetwork network, DateTimeOffset now)
    {
        var own = ByNetwork.GetValueOrDefault(network, WrongPins.None);
        var networks = ByNetwork.Count < MaxNetworks || ByNetwork.ContainsKey(network) ? ByNetwork
            : ByNetwork.Remove(ByNetwork.MinBy(each => each.Value.At).Key);
        return new PairingAttempts(Next(All, FreeOfAll, LongestOfAll, now), networks.SetItem(network, Next(own, FreeOfNetwork, LongestOfNetwork, now)));
    }

    /// <summary>The right PIN forgives the wrong ones of its network; those of all stay, or one paired phone could guess for others.</summary>
    public PairingAttempts Right(IPNetwork network) => this with { ByNetwork = ByNetwork.Remove(network) };

    private static WrongPins Next(WrongPins before, int free, TimeSpan longest, DateTimeOffset now)
    {
        var count = now - before.At > Memory ? 1 : before.Count + 1;
        var delay = count < free ? TimeSpan.Zero
            : TimeSpan.FromSeconds(Math.Min(longest.TotalSeconds, FirstDelay.TotalSeconds * Math.Pow(2, Math.Min(count - free, 20))));
        return new WrongPins(count, now, now + delay);
    }
}
