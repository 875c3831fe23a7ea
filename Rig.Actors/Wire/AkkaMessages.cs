using System.Collections.Frozen;
using System.Runtime.Serialization;
using Akka.Dispatch.SysMsg;
using Akka.Remote.Serialization;

namespace Rig.Actors.Wire;

/// <summary>
/// Akka.NET's own messages between nodes, under their usual numbers, restricted to what a cluster without remote deployment says. What
/// else Akka.NET's serializers would read (exceptions, routers, props, configuration) names .NET types, and is refused.
/// </summary>
public abstract class AkkaMessages(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    /// <exception cref="SerializationException">Nothing of Rig says such a thing to another node.</exception>
    public override object FromBinary(byte[] bytes, string manifest) => Read(bytes, manifest)
        ?? throw new SerializationException($"'{manifest}' is nothing that a node of the rig says to another; it was refused.");

    /// <returns>Null where the manifest is not on the list.</returns>
    protected abstract object? Read(byte[] bytes, string manifest);

    private protected static SerializationException Refused(Type type) => new($"{type} is not sent between nodes of the rig.");
}

/// <summary>Identification, references, stops and the remote watch's heartbeats.</summary>
public sealed class AkkaMiscMessages(ExtendedActorSystem system) : AkkaMessages(system)
{
    private static readonly FrozenSet<string> Allowed = FrozenSet.Create(StringComparer.Ordinal, "ID", "AID", "AR", "PP", "K", "RWHB", "RWHR");

    private readonly MiscMessageSerializer serializer = new(system);

    public override int Identifier => 16;

    public override string Manifest(object o) => serializer.Manifest(o) is var manifest && Allowed.Contains(manifest) ? manifest : throw Refused(o.GetType());

    public override byte[] ToBinary(object obj) => serializer.ToBinary(obj);

    protected override object? Read(byte[] bytes, string manifest) => Allowed.Contains(manifest) ? serializer.FromBinary(bytes, manifest) : null;
}

/// <summary>Watching and stopping actors of other nodes, under letters instead of type names.</summary>
public sealed class AkkaSystemMessages(ExtendedActorSystem system) : AkkaMessages(system)
{
    private static readonly FrozenDictionary<string, Type> Allowed = new Dictionary<string, Type>(StringComparer.Ordinal)
    {
        ["W"] = typeof(Watch),
        ["U"] = typeof(Unwatch),
        ["D"] = typeof(DeathWatchNotification),
        ["T"] = typeof(Terminate),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<Type, string> Manifests = Allowed.ToFrozenDictionary(pair => pair.Value, pair => pair.Key);

    private readonly SystemMessageSerializer serializer = new(system);

    public override int Identifier => 22;

    public override string Manifest(object o) => Manifests.TryGetValue(o.GetType(), out var manifest) ? manifest : throw Refused(o.GetType());

    public override byte[] ToBinary(object obj) => serializer.ToBinary(obj);

    protected override object? Read(byte[] bytes, string manifest) => Allowed.TryGetValue(manifest, out var type) ? serializer.FromBinary(bytes, type) : null;
}

/// <summary>Messages to a selection of actors: a path, and within it a message that its own serializer reads.</summary>
public sealed class AkkaSelectionMessages(ExtendedActorSystem system) : AkkaMessages(system)
{
    private const string Only = "S";

    private readonly MessageContainerSerializer serializer = new(system);

    public override int Identifier => 6;

    public override string Manifest(object o) => o is ActorSelectionMessage ? Only : throw Refused(o.GetType());

    public override byte[] ToBinary(object obj) => serializer.ToBinary(obj);

    protected override object? Read(byte[] bytes, string manifest) => manifest == Only ? serializer.FromBinary(bytes, typeof(ActorSelectionMessage)) : null;
}
