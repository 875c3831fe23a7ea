using Rig.Engine.Actor;
using Rig.Engine.Remote.Wire;
using Rig.Engine.Serialization;

namespace Rig.Engine.Remote.Serialization;

/// <summary>The engine's own messages that actors exchange. Manifests are on the wire: only ever add.</summary>
internal sealed class MiscMessageSerializer : SerializerWithStringManifest
{
    public MiscMessageSerializer(ExtendedActorSystem system)
        : base(system)
    {
    }

    public override int Identifier => 16;

    public override string Manifest(object o) => o switch
    {
        ActorSelectionMessage => "SEL",
        Identify => "ID",
        ActorIdentity => "AID",
        IActorRef => "AR",
        PoisonPill => "PP",
        Kill => "K",
        Status.Success => "SS",
        Status.Failure => "SF",
        Address => "AD",
        _ => throw new ArgumentException($"{o.GetType()} is no message of the engine.", nameof(o)),
    };

    public override byte[] ToBinary(object obj)
    {
        var writer = new WireWriter();
        switch (obj)
        {
            case ActorSelectionMessage selection:
                writer.Nested(system, selection.Message).Bool(selection.WildCardFanOut).Int32(selection.Elements.Length);
                foreach (var element in selection.Elements)
                    writer.String(element.ToString()!);
                break;
            case Identify identify:
                writer.Nested(system, identify.MessageId);
                break;
            case ActorIdentity identity:
                writer.Nested(system, identity.MessageId).Actor(system, identity.Subject);
                break;
            case IActorRef actor:
                writer.Actor(system, actor);
                break;
            case PoisonPill or Kill:
                break;
            case Status.Success success:
                writer.Nested(system, success.Status);
                break;
            case Status.Failure failure:
                writer.OptionalString(failure.Cause?.GetType().FullName).OptionalString(failure.Cause?.Message);
                break;
            case Address address:
                writer.String(address.ToString());
                break;
            default:
                throw new ArgumentException($"{obj.GetType()} is no message of the engine.", nameof(obj));
        }
        return writer.ToArray();
    }

    public override object FromBinary(byte[] bytes, string manifest)
    {
        var reader = new WireReader(bytes);
        object message = manifest switch
        {
            "SEL" => ReadSelection(ref reader),
            "ID" => new Identify(reader.Nested(system)!),
            "AID" => new ActorIdentity(reader.Nested(system)!, reader.Actor(system)),
            "AR" => reader.Actor(system) ?? ActorRefs.Nobody,
            "PP" => PoisonPill.Instance,
            "K" => Kill.Instance,
            "SS" => new Status.Success(reader.Nested(system)!),
            "SF" => new Status.Failure(new RemoteFailureException(reader.OptionalString() ?? "an unnamed exception", reader.OptionalString() ?? "")),
            "AD" => Address.TryParse(reader.String(), out Address? address) ? address : throw new WireFormatException("A malformed address."),
            _ => throw new WireFormatException($"The engine has no message '{manifest}'."),
        };
        reader.End();
        return message;
    }

    private ActorSelectionMessage ReadSelection(ref WireReader reader)
    {
        var message = reader.Nested(system) ?? throw new WireFormatException("A selection without a message.");
        var fanOut = reader.Bool();
        var count = reader.Int32();
        if (count < 0 || count > reader.Remaining)
            throw new WireFormatException($"A selection of {count} elements in {reader.Remaining} bytes.");
        var elements = new SelectionPathElement[count];
        for (var i = 0; i < count; i++)
        {
            elements[i] = reader.String() switch
            {
                ".." => new SelectParent(),
                var text when text.AsSpan().ContainsAny('*', '?') => new SelectChildPattern(text),
                var text => new SelectChildName(text),
            };
        }
        return new ActorSelectionMessage(message, elements, fanOut);
    }
}

/// <summary>An exception of another node. Its type is only text here: no type named by a peer is ever loaded.</summary>
internal sealed class RemoteFailureException(string typeName, string message) : Exception($"{typeName}: {message}")
{
    public string TypeName { get; } = typeName;
}
