using System.Reflection;
using System.Runtime.CompilerServices;
using Akka.Remote.Transport;
using Akka.Streams.Implementation;
using Akka.Util;
using Akka.Util.Internal;

namespace Rig.Simulation.Platform;

/// <summary>What Akka.NET keeps for the whole process and a run may show: chance, and counters that get into actors' names.</summary>
internal static class AkkaStatics
{
    private static readonly ThreadLocal<Random> Chance = Reflected.StaticValue<ThreadLocal<Random>>(typeof(ThreadLocalRandom), "_rng");
    private static readonly Type ProtocolTransport = Reflected.Type(typeof(Transport).Assembly, "Akka.Remote.Transport.AkkaProtocolTransport");

    private static readonly FieldInfo[] CacheSlots = [.. new[] { "ActorRefResolveCache", "ActorPathCache", "AddressCache" }
        .Select(name => Reflected.Type(typeof(Transport).Assembly, "Akka.Remote.Serialization." + name))
        .Select(cache => Reflected.Field<Array>(typeof(ThreadLocal<>).MakeGenericType(cache), "ts_slotArray"))];

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
        Reflected.SetStatic(typeof(StreamSupervisor), "ActorName", EnumerableActorName.Create("StreamSupervisor"));
    }

    /// <summary>
    /// Lets go of what this thread keeps of the systems of a world that is over: caches whose values lead back to themselves, so that
    /// no collection frees them while the thread lives.
    /// </summary>
    public static void ForgetSystems()
    {
        foreach (var slots in CacheSlots)
        {
            slots.SetValue(null, null);
        }
    }

    /// <summary>Chance of code that runs on this thread.</summary>
    public static void Use(Random random) => Chance.Value = random;
}
