using System.Runtime.CompilerServices;
using Akka.Remote.Transport;
using Akka.Util;
using Akka.Util.Internal;

namespace Rig.Simulation.Platform;

/// <summary>What Akka.NET keeps for the whole process and a run may show: chance, and counters that get into actors' names.</summary>
internal static class AkkaStatics
{
    private static readonly ThreadLocal<Random> Chance = Reflected.StaticValue<ThreadLocal<Random>>(typeof(ThreadLocalRandom), "_rng");
    private static readonly Type ProtocolTransport = Reflected.Type(typeof(Transport).Assembly, "Akka.Remote.Transport.AkkaProtocolTransport");

    /// <summary>Once, with the clocks at a world's beginning: Akka.NET counts its uptime, which goes over the wire, from where it is first asked for.</summary>
    public static void Install() =>
        RuntimeHelpers.RunClassConstructor(Reflected.Type(typeof(ThreadLocalRandom).Assembly, "Akka.Util.MonotonicClock").TypeHandle);

    /// <summary>As at the start of a process.</summary>
    public static void Reset()
    {
        Reflected.SetStatic(ProtocolTransport, "UniqueId", new AtomicCounter(0));
        Reflected.SetStatic(typeof(EventStream), "UnsubscribersCounter", new AtomicCounter(0));
        Reflected.SetStatic(typeof(LoggingBus), "_loggerId", 0);
        Reflected.SetStatic(typeof(Inbox), "_inboxNr", 0);
    }

    /// <summary>Chance of code that runs on this thread.</summary>
    public static void Use(Random random) => Chance.Value = random;
}
