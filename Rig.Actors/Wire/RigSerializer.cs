using System.Collections.Frozen;
using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Rig.Domain.Messages;

namespace Rig.Actors.Wire;

/// <summary>
/// Puts the project's messages on the wire as JSON, each under a short name of its own. The names are the protocol: one is never
/// given to another message, and an unknown one is refused. No type name of the code ever travels.
/// </summary>
/// <remarks>Every message has a golden file under Rig.Tests/Wire/Goldens that must decode forever.</remarks>
public sealed class RigSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    internal static readonly FrozenDictionary<string, JsonTypeInfo> Messages = new Dictionary<string, JsonTypeInfo>(StringComparer.Ordinal)
    {
        ["nr"] = WireJson.Default.NodeReport,
        ["rg"] = WireJson.Default.GetReadiness,
        ["ra"] = WireJson.Default.CameraReadiness,
        ["ts"] = WireJson.Default.StartTake,
        ["tb"] = WireJson.Default.TakeBegan,
        ["tp"] = WireJson.Default.StopTake,
        ["tf"] = WireJson.Default.TakeFinished,
        ["tr"] = WireJson.Default.TakeRefused,
        ["ng"] = WireJson.Default.GetNodeReport,
        ["ss"] = WireJson.Default.StartSession,
        ["sa"] = WireJson.Default.SessionStarted,
        ["sp"] = WireJson.Default.StopSession,
        ["se"] = WireJson.Default.SessionStopped,
        ["sr"] = WireJson.Default.SessionRefused,
        ["sg"] = WireJson.Default.GetSessions,
        ["sl"] = WireJson.Default.SessionList,
        ["rv"] = WireJson.Default.RigView,
        ["cq"] = WireJson.Default.ReadMasterClock,
        ["ca"] = WireJson.Default.MasterClockRead,
        ["xq"] = WireJson.Default.GetFinishedTakes,
        ["xa"] = WireJson.Default.FinishedTakes,
        ["vq"] = WireJson.Default.GetClusterView,
        ["va"] = WireJson.Default.ClusterView,
        ["pq"] = WireJson.Default.RunQueued,
        ["pp"] = WireJson.Default.StagePassed,
        ["ps"] = WireJson.Default.StageStopped,
        ["pr"] = WireJson.Default.StageRetried,
        ["pc"] = WireJson.Default.StageCancelled,
        ["pb"] = WireJson.Default.StageStarted,
        ["pf"] = WireJson.Default.StageFailed,
        ["pt"] = WireJson.Default.RunTakenOver,
        ["fa"] = WireJson.Default.AnalyseDevice,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<Type, string> Manifests = Messages.ToFrozenDictionary(m => m.Value.Type, m => m.Key);

    public override int Identifier => 1701;

    public override string Manifest(object o) => Manifests.TryGetValue(o.GetType(), out var manifest)
        ? manifest
        : throw new SerializationException($"{o.GetType()} is not a message of the rig's protocol.");

    public override byte[] ToBinary(object obj) => JsonSerializer.SerializeToUtf8Bytes(obj, Messages[Manifest(obj)]);

    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!Messages.TryGetValue(manifest, out var type))
        {
            throw new SerializationException($"The rig's protocol has no message '{manifest}'. Is another node's software newer than this one's?");
        }

        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new SerializationException($"Message '{manifest}' is null.");
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException)
        {
            throw new SerializationException($"Message '{manifest}' cannot be read: {e.Message}", e);
        }
    }
}
