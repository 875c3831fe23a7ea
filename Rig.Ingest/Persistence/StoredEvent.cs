namespace Rig.Ingest.Persistence;

/// <summary>An event as the journal's row holds it.</summary>
internal sealed record StoredEvent(byte[] Message, string Manifest, int SerializerId, IReadOnlyCollection<string> Tags)
{
    /// <exception cref="System.Runtime.Serialization.SerializationException">No serializer is bound to the event's type.</exception>
    public static StoredEvent Of(Serialization serialization, object payload)
    {
        var (@event, tags) = payload is Tagged tagged ? (tagged.Payload, (IReadOnlyCollection<string>)tagged.Tags) : (payload, []);
        var serializer = serialization.FindSerializerFor(@event);
        return new StoredEvent(serializer.ToBinary(@event), Serialization.ManifestFor(serializer, @event), serializer.Identifier, tags);
    }
}
