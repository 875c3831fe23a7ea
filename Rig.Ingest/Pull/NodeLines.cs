using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Rig.Domain.Identity;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Ingest.Pull;

/// <summary>How nodes are reached, and what this server signs for them.</summary>
public interface INodeLines
{
    /// <param name="camera">Who must answer there; null for any camera of the rig.</param>
    /// <exception cref="PullException">Nobody may be asked there; the message names the remedy.</exception>
    HttpClient To(string nodeUrl, CameraId? camera);

    /// <summary>This server's signed word that it holds the take; null where it cannot sign.</summary>
    JsonNode? Receipt(RemoteTake take);
}

/// <summary>By the rig's certificates; plain only where the configuration allows it.</summary>
internal sealed class NodeLines(RigTrust trust, TimeProvider time) : INodeLines, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<HttpClient>> machines = new();

    private readonly Lazy<HttpClient> plain = new(() =>
    {
        var http = Client(new SocketsHttpHandler { AllowAutoRedirect = false });
        http.DefaultRequestHeaders.Add(MachineHttp.PlainMachineHeader, "server");
        return http;
    });

    public HttpClient To(string nodeUrl, CameraId? camera)
    {
        var secure = nodeUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
        if (trust.IsEnrolled && secure)
        {
            return machines.GetOrAdd(camera?.Value ?? "", _ => new Lazy<HttpClient>(() =>
            {
                var handler = new SocketsHttpHandler();
                handler.UseMachines(trust, other => camera is { } meant ? other == MachineIdentity.Node(meant) : other.Role == MachineRole.Node);
                return Client(handler);
            })).Value;
        }

        return trust.AllowsPlain ? plain.Value : throw new PullException(trust.IsEnrolled
            ? $"The node at {nodeUrl} is not enrolled in this rig, so nothing is fetched from it. 'rig-node trust join' there enrols it; its address is then that of its machine port, such as https://192.168.1.101:8443."
            : "This server is not enrolled in a rig, so cameras do not answer it. 'rig-ingest trust join' enrols it (docs/guide/enrolment.md).");
    }

    public JsonNode? Receipt(RemoteTake take) =>
        trust.IsEnrolled ? SignedReceipt.Sign(trust, take.Id.ToString(), take.Sha256, take.SizeBytes, time.GetUtcNow()).ToJson() : null;

    public void Dispose()
    {
        foreach (var client in machines.Values.Append(plain).Where(client => client.IsValueCreated))
        {
            client.Value.Dispose();
        }
    }

    private static HttpClient Client(SocketsHttpHandler handler)
    {
        handler.ConnectTimeout = TimeSpan.FromSeconds(3);
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
