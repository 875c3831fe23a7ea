namespace Rig.Domain.Messages;

/// <summary>
/// How an ingest node learns of finished takes from a camera node's gateway (<c>/user/gateway</c>). The bytes, the manifest and
/// the confirmation travel over the node's REST routes, so a node outside the cluster is offloaded just the same.
/// </summary>
public static class TransferProtocol
{
    public const string GatewayPath = "/user/gateway";

    /// <summary>Asks a gateway for its sealed takes that no server has confirmed yet. Answer: <see cref="FinishedTakes"/>.</summary>
    public sealed record GetFinishedTakes : IRigMessage;

    /// <param name="BaseUrl">Root of the node's REST routes, such as <c>http://192.168.1.102:8080</c>.</param>
    public sealed record FinishedTakes(string CameraId, string BaseUrl, IReadOnlyList<FinishedTake> Takes) : IRigMessage
    {
        /// <summary>Root of the node's machine port; null for a node that is not enrolled or older.</summary>
        public string? MachineUrl { get; init; }
    }

    /// <param name="Sha256">Lower-case hex.</param>
    public sealed record FinishedTake(string RecordingId, string SessionId, string CameraId, int Take, long SizeBytes, string Sha256);
}
