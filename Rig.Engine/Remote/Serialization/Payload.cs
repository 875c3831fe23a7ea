using Rig.Engine.Actor;
using Rig.Engine.Remote.Wire;
using Rig.Engine.Serialization;

namespace Rig.Engine.Remote.Serialization;

/// <summary>A message inside a message: serializer, manifest, bytes.</summary>
internal static class Payload
{
    /// <summary>Envelopes within envelopes; more is no honest message and would only exhaust the stack.</summary>
    private const int MaxDepth = 8;

    [ThreadStatic]
    private static int _depth;

    public static WireWriter Nested(this WireWriter writer, ExtendedActorSystem system, object? message)
    {
        if (message is null)
            return writer.Bool(false);
        var serializer = system.Serialization.FindSerializerFor(message);
        if (serializer is not SerializerWithStringManifest && serializer.IncludeManifest)
            throw new InvalidOperationException($"{serializer.GetType().Name} names types by themselves; only serializers with a string manifest may write to other nodes.");
        return writer.Bool(true)
            .Int32(serializer.Identifier)
            .String(serializer is SerializerWithStringManifest named ? named.Manifest(message) : "")
            .Bytes(serializer.ToBinary(message));
    }

    public static object? Nested(this ref WireReader reader, ExtendedActorSystem system)
    {
        if (!reader.Bool())
            return null;
        if (_depth >= MaxDepth)
            throw new WireFormatException($"More than {MaxDepth} messages within each other.");
        _depth++;
        try
        {
            var id = reader.Int32();
            var manifest = reader.String();
            return system.Serialization.Deserialize(reader.Bytes().ToArray(), id, manifest);
        }
        finally
        {
            _depth--;
        }
    }

    public static WireWriter Actor(this WireWriter writer, ExtendedActorSystem system, IActorRef? actor) =>
        writer.OptionalString(actor is null || actor.IsNobody() ? null : actor.Path.ToSerializationFormatWithAddress(system.Provider.DefaultAddress));

    public static IActorRef? Actor(this ref WireReader reader, ExtendedActorSystem system) =>
        reader.OptionalString() is { } path ? system.Provider.ResolveActorRef(path) : null;
}
