using Rig.Engine.Actor;

namespace Rig.Engine.Serialization;

/// <summary>Turns objects of the types bound to it into bytes and back. Used from many threads at once.</summary>
public abstract class Serializer
{
    protected readonly ExtendedActorSystem system;
    private int? _identifier;

    protected Serializer(ExtendedActorSystem system) => this.system = system;

    /// <summary>
    /// Names the serializer on the wire; 0 to 40 are the engine's. Unless overridden it is read from
    /// <c>akka.actor.serialization-identifiers</c>.
    /// </summary>
    public virtual int Identifier => _identifier ??= SerializerIdentifierHelper.GetSerializerIdentifierFromConfig(GetType(), system);

    /// <summary>Whether <see cref="FromBinary(byte[], Type)"/> needs the type.</summary>
    public abstract bool IncludeManifest { get; }

    public abstract byte[] ToBinary(object obj);

    public abstract object FromBinary(byte[] bytes, Type type);

    public T FromBinary<T>(byte[] bytes) => (T)FromBinary(bytes, typeof(T));

    /// <summary>As <see cref="ToBinary"/>, with local actor references written as reachable at <paramref name="address"/>.</summary>
    public byte[] ToBinaryWithAddress(Address address, object obj) =>
        Serialization.WithTransport(system, address, () => ToBinary(obj));
}

/// <summary>
/// A serializer that names what it wrote by a short text of its own choice. Only such names travel: a type name from
/// the wire is never loaded.
/// </summary>
public abstract class SerializerWithStringManifest : Serializer
{
    protected SerializerWithStringManifest(ExtendedActorSystem system)
        : base(system)
    {
    }

    public sealed override bool IncludeManifest => true;

    public abstract string Manifest(object o);

    /// <exception cref="ArgumentException">The manifest is unknown.</exception>
    public abstract object FromBinary(byte[] bytes, string manifest);

    public sealed override object FromBinary(byte[] bytes, Type type) =>
        FromBinary(bytes, $"{type.FullName}, {type.Assembly.GetName().Name}");
}

public static class SerializerIdentifierHelper
{
    /// <exception cref="ArgumentException">No identifier is configured for the type.</exception>
    public static int GetSerializerIdentifierFromConfig(Type type, ExtendedActorSystem system)
    {
        var section = system.Settings.Config.GetConfig("akka.actor.serialization-identifiers");
        foreach (var (name, value) in section.AsEntries())
        {
            if (Util.TypeNames.Matches(name, type))
                return int.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        }

        throw new ArgumentException(
            $"Serializer {type.FullName} has no identifier. Override Identifier or add it to akka.actor.serialization-identifiers.",
            nameof(type));
    }
}
