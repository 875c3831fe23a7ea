using System.Text.Json.Nodes;
using Rig.Domain.Identity;
using Rig.Ingest.Pull;

namespace Rig.Tests.Ingest.Pull;

/// <summary>The same client to every node.</summary>
internal sealed class OneLine(HttpClient http) : INodeLines
{
    public HttpClient To(string nodeUrl, CameraId? camera) => http;

    public JsonNode? Receipt(RemoteTake take) => null;
}
