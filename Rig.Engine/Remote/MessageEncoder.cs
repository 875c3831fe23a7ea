using System.IO.Pipelines;
using System.Text;
using Rig.Engine.Actor;
using Rig.Engine.Remote.Wire;
using Rig.Engine.Serialization;

namespace Rig.Engine.Remote;

/// <summary>Writes user messages to one connection; lives and dies with it, as its table of strings does.</summary>
internal sealed class MessageEncoder(PipeWriter output, Address local, Engine.Serialization.Serialization serialization, int maxFrameBytes)
{
    private readonly OutboundStrings _strings = new();
    private readonly Dictionary<IActorRef, int> _senders = new(ReferenceEqualityComparer.Instance);
    private readonly WireWriter _head = new();

    /// <summary>Puts one message into the output buffer; the caller flushes.</summary>
    /// <exception cref="Exception">The serializer refused, or the message is larger than a frame; nothing was written.</exception>
    public void Write(in Outbound item)
    {
        var serializer = serialization.FindSerializerFor(item.Message);
        var payload = serializer.ToBinary(item.Message);
        if (payload.Length + 4096 > maxFrameBytes)
        {
            throw new InvalidOperationException(
                $"{item.Message.GetType().Name} takes {payload.Length} bytes, more than akka.remote.dot-netty.tcp.maximum-frame-size ({maxFrameBytes}) allows. Send large data by another way.");
        }
        var manifest = serializer is SerializerWithStringManifest named ? named.Manifest(item.Message)
            : serializer.IncludeManifest ? throw new InvalidOperationException($"{serializer.GetType().Name} names types by themselves; only serializers with a string manifest may write to other nodes.")
            : "";

        _head.Clear();
        var recipient = item.Recipient;
        if (!ReferenceEquals(recipient.EncodedBy, this))
        {
            recipient.EncodedAs = Define(recipient.WirePath, mayDefine: !recipient.IsTemporary);
            recipient.EncodedBy = this;
        }
        Append(recipient.EncodedAs, recipient.WirePath);
        AppendSender(item.Sender);
        _head.Int32(serializer.Identifier);
        if (manifest.Length == 0)
            _head.UInt64(StringRef.None);
        else
            Append(Define(manifest, mayDefine: true), manifest);

        var bodyBytes = _head.Length + payload.Length;
        var target = output.GetSpan(Frame.HeaderBytes + bodyBytes);
        Frame.WriteHeader(target, FrameKind.Message, bodyBytes);
        _head.WrittenSpan.CopyTo(target[Frame.HeaderBytes..]);
        payload.CopyTo(target[(Frame.HeaderBytes + _head.Length)..]);
        output.Advance(Frame.HeaderBytes + bodyBytes);
    }

    private void AppendSender(IActorRef? sender)
    {
        if (sender is null || sender.IsNobody())
        {
            _head.UInt64(StringRef.None);
            return;
        }
        if (_senders.TryGetValue(sender, out var known))
        {
            _head.UInt64((ulong)known);
            return;
        }
        var path = sender.Path.ToSerializationFormatWithAddress(local);
        // The reference of an Ask is used once: remembering it would only fill the table.
        var reference = Define(path, mayDefine: !RemoteActorRef.IsTemporaryPath(sender.Path));
        if (reference >= StringRef.FirstDefined)
            _senders[sender] = reference;
        Append(reference, path);
    }

    private int Define(string text, bool mayDefine)
    {
        var reference = _strings.Refer(text, mayDefine, out var isNew);
        if (isNew)
            Frame.Write(output, FrameKind.Define, Encoding.UTF8.GetBytes(text));
        return reference;
    }

    private void Append(int reference, string text)
    {
        _head.UInt64((ulong)reference);
        if (reference == StringRef.Inline)
            _head.String(text);
    }
}
