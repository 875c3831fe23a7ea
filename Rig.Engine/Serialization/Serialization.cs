using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Rig.Engine.Actor;
using Rig.Engine.Configuration;
using Rig.Engine.Util;

namespace Rig.Engine.Serialization;

/// <summary>Serializers given in code instead of configuration.</summary>
public sealed class SerializationSetup : Actor.Setup.Setup
{
    private SerializationSetup(Func<ExtendedActorSystem, ImmutableHashSet<SerializerDetails>> createSerializers) => CreateSerializers = createSerializers;

    public Func<ExtendedActorSystem, ImmutableHashSet<SerializerDetails>> CreateSerializers { get; }

    public static SerializationSetup Create(Func<ExtendedActorSystem, ImmutableHashSet<SerializerDetails>> createSerializers) => new(createSerializers);
}

public sealed class SerializerDetails
{
    private SerializerDetails(string alias, Serializer serializer, ImmutableHashSet<Type> useFor)
    {
        Alias = alias;
        Serializer = serializer;
        UseFor = useFor;
    }

    public string Alias { get; }

    public Serializer Serializer { get; }

    /// <summary>The types, base types or interfaces that it serializes.</summary>
    public ImmutableHashSet<Type> UseFor { get; }

    public static SerializerDetails Create(string alias, Serializer serializer, ImmutableHashSet<Type> useFor) => new(alias, serializer, useFor);
}

/// <summary>
/// Knows which serializer serves which type: the one bound to the type itself, else to its nearest base type or
/// interface. A type without a binding is an error; nothing is serialized by reflection.
/// </summary>
public class Serialization
{
    [ThreadStatic]
    private static Address? _transportAddress;

    private readonly ConcurrentDictionary<int, Serializer> _byIdentifier = new();
    private readonly ConcurrentDictionary<string, Serializer> _byName = new();
    private readonly ConcurrentDictionary<Type, Serializer> _bindings = new();
    private readonly ConcurrentDictionary<Type, Serializer> _resolved = new();

    public Serialization(ExtendedActorSystem system)
    {
        System = system;
        var config = system.Settings.Config;
        foreach (var (name, typeName) in config.GetConfig("akka.actor.serializers").AsEntries())
            AddSerializer(name, Create(typeName, $"akka.actor.serializers.{name}"));
        foreach (var (typeName, name) in config.GetConfig("akka.actor.serialization-bindings").AsEntries())
        {
            const string Key = "akka.actor.serialization-bindings";
            if (!_byName.TryGetValue(name, out var serializer))
                throw new ConfigurationException($"{Key} binds {typeName} to '{name}', which is not among akka.actor.serializers.");
            AddSerializationMap(TypeNames.Resolve(typeName, Key), serializer);
        }

        if (((ActorSystemImpl)system).Setup.Get<SerializationSetup>() is { HasValue: true } setup)
        {
            foreach (var details in setup.Value.CreateSerializers(system))
            {
                AddSerializer(details.Alias, details.Serializer);
                foreach (var type in details.UseFor)
                    AddSerializationMap(type, details.Serializer);
            }
        }
    }

    public ExtendedActorSystem System { get; }

    /// <summary>The text by which another system finds the actor: with this system's public address and the uid.</summary>
    public static string SerializedActorPath(IActorRef actorRef)
    {
        if (Equals(actorRef, ActorRefs.NoSender) || actorRef is Nobody)
            return string.Empty;
        var address = _transportAddress ?? ((IInternalActorRef)actorRef).Provider.DefaultAddress;
        return actorRef.Path.ToSerializationFormatWithAddress(address);
    }

    /// <summary>The manifest to send along: the serializer's own, or the type's name if it asks for one.</summary>
    public static string ManifestFor(Serializer s, object msg) => s switch
    {
        SerializerWithStringManifest named => named.Manifest(msg),
        { IncludeManifest: true } => $"{msg.GetType().FullName}, {msg.GetType().Assembly.GetName().Name}",
        _ => string.Empty,
    };

    /// <summary>Runs the action with local references written as reachable at <paramref name="address"/>.</summary>
    public static T WithTransport<T>(ActorSystem system, Address address, Func<T> action)
    {
        var outer = _transportAddress;
        _transportAddress = address;
        try
        {
            return action();
        }
        finally
        {
            _transportAddress = outer;
        }
    }

    /// <exception cref="ConfigurationException">The name or the identifier is taken by another.</exception>
    public void AddSerializer(string name, Serializer serializer)
    {
        if (!_byName.TryAdd(name, serializer))
            throw new ConfigurationException($"Two serializers are named '{name}'. Give one of them another name.");
        AddSerializer(serializer);
    }

    /// <inheritdoc cref="AddSerializer(string, Serializer)"/>
    public void AddSerializer(Serializer serializer)
    {
        var taken = _byIdentifier.GetOrAdd(serializer.Identifier, serializer);
        if (!ReferenceEquals(taken, serializer) && taken.GetType() != serializer.GetType())
        {
            throw new ConfigurationException(string.Create(
                CultureInfo.InvariantCulture,
                $"Serializers {taken.GetType()} and {serializer.GetType()} share the identifier {serializer.Identifier}. Change one."));
        }
    }

    public void AddSerializationMap(Type type, Serializer serializer)
    {
        _bindings[type] = serializer;
        _resolved.Clear();
    }

    public Serializer FindSerializerFor(object obj, string? defaultSerializerName = null) => obj is null
        ? throw new ArgumentNullException(nameof(obj), "Null cannot be serialized.")
        : FindSerializerForType(obj.GetType(), defaultSerializerName);

    /// <exception cref="System.Runtime.Serialization.SerializationException">The type has no binding.</exception>
    public Serializer FindSerializerForType(Type objectType, string? defaultSerializerName = null)
    {
        if (_resolved.TryGetValue(objectType, out var known))
            return known;
        var found = Nearest(objectType)
            ?? (defaultSerializerName is not null && _byName.TryGetValue(defaultSerializerName, out var byName) ? byName : null)
            ?? throw new System.Runtime.Serialization.SerializationException($"No serializer is bound to {objectType}. Add it to akka.actor.serialization-bindings.");
        return _resolved[objectType] = found;
    }

    public byte[] Serialize(object o) => FindSerializerFor(o).ToBinary(o);

    /// <exception cref="System.Runtime.Serialization.SerializationException">No serializer has the identifier.</exception>
    public object Deserialize(byte[] bytes, int serializerId, Type type) => ById(serializerId).FromBinary(bytes, type);

    /// <inheritdoc cref="Deserialize(byte[], int, Type)"/>
    public object Deserialize(byte[] bytes, int serializerId, string manifest) => ById(serializerId) switch
    {
        SerializerWithStringManifest named => named.FromBinary(bytes, manifest),
        { IncludeManifest: false } serializer => serializer.FromBinary(bytes, typeof(object)),
        // A type named by the other side is taken only if it is bound to this very serializer here.
        var serializer => serializer.FromBinary(bytes, BoundType(serializer, manifest)),
    };

    /// <summary>Never null: unknown actors become references whose messages end as dead letters.</summary>
    public IActorRef DeserializeActorRef(string path) => System.Provider.ResolveActorRef(path);

    internal bool TryGetSerializer(int identifier, out Serializer? serializer) => _byIdentifier.TryGetValue(identifier, out serializer);

    private Serializer ById(int identifier) => _byIdentifier.TryGetValue(identifier, out var serializer)
        ? serializer
        : throw new System.Runtime.Serialization.SerializationException(string.Create(
            CultureInfo.InvariantCulture, $"No serializer has the identifier {identifier}. Both sides must list the same akka.actor.serializers."));

    private Type BoundType(Serializer serializer, string manifest)
    {
        foreach (var (type, bound) in _bindings)
        {
            if (ReferenceEquals(bound, serializer) && manifest == $"{type.FullName}, {type.Assembly.GetName().Name}")
                return type;
        }

        throw new System.Runtime.Serialization.SerializationException($"'{manifest}' is not bound to {serializer.GetType().Name} here.");
    }

    private Serializer? Nearest(Type type)
    {
        if (_bindings.TryGetValue(type, out var exact))
            return exact;
        Type? nearest = null;
        foreach (var bound in _bindings.Keys)
        {
            if (bound.IsAssignableFrom(type) && (nearest is null || IsNearer(bound, nearest)))
                nearest = bound;
        }

        return nearest is null ? null : _bindings[nearest];
    }

    private static bool IsNearer(Type candidate, Type present)
    {
        if (present.IsAssignableFrom(candidate))
            return true;
        if (candidate.IsAssignableFrom(present))
            return false;
        // Unrelated ones: classes before interfaces, then by name, so that the choice never varies.
        return candidate.IsInterface == present.IsInterface
            ? string.CompareOrdinal(candidate.FullName, present.FullName) < 0
            : present.IsInterface;
    }

    private Serializer Create(string typeName, string key)
    {
        var type = TypeNames.Resolve(typeName, key);
        if (!type.IsAssignableTo(typeof(Serializer)))
            throw new ConfigurationException($"{key} names {typeName}, which is no serializer. Name a class derived from Serializer.");
        return (Serializer)(type.GetConstructor([typeof(ExtendedActorSystem)]) is { } constructor
            ? constructor.Invoke([System])
            : throw new ConfigurationException($"{key}: {typeName} needs a public constructor ({nameof(ExtendedActorSystem)} system)."));
    }
}
