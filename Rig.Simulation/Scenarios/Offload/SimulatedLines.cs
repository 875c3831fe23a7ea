using System.Text.Json.Nodes;
using Rig.Domain.Identity;
using Rig.Ingest.Pull;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>In the simulation every node is who it says it is; certificates have tests of their own.</summary>
internal sealed class SimulatedLines(HttpClient http) : INodeLines
{
    public HttpClient To(string nodeUrl, CameraId? camera) => http;

    public JsonNode? Receipt(RemoteTake take) => null;
}
