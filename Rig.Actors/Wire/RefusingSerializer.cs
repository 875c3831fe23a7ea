namespace Rig.Actors.Wire;

/// <summary>
/// Stands in the place of Akka.NET's JSON serializer, under its name and number and bound to <see cref="object"/>, so that neither remoting
/// nor persistence ever writes or reads a .NET type name. What is to be sent gets a manifest in <see cref="RigSerializer"/>.
/// </summary>
public sealed class RefusingSerializer : SerializerWithStringManifest
{
    public RefusingSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    /// <param name="settings">Those of the serializer that it replaces, which Akka.NET passes because it has some. Not read.</param>
    public RefusingSerializer(ExtendedActorSystem system, Config settings)
        : this(system) => _ = settings;

    /// <summary>The number of Akka.NET's JSON.</summary>
    public override int Identifier => 1;

    /// <exception cref="NotSupportedException">Always; the message names the type.</exception>
    public override byte[] ToBinary(object obj) => throw Refused(obj.GetType());

    /// <exception cref="NotSupportedException">Always; the message names the type.</exception>
    public override string Manifest(object o) => throw Refused(o.GetType());

    /// <exception cref="NotSupportedException">Always. Nothing that the bytes or the manifest say is looked up.</exception>
    public override object FromBinary(byte[] bytes, string manifest) =>
        throw new NotSupportedException($"A message of {bytes.Length} bytes was refused: it was written by a serializer that names .NET types, and Rig reads none of these.");

    private static NotSupportedException Refused(Type type) =>
        new($"{type} has no serializer. Messages between processes and stored events implement IRigMessage and have a manifest in RigSerializer.");
}
