using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace Rig.CameraNode.Peers;

/// <summary>Asks cameras of the list, and takes an answer only from the camera that was meant.</summary>
internal sealed class PeerCalls(PeerHttp http, IOptions<PeerOptions> options)
{
    private readonly TimeSpan timeout = TimeSpan.FromSeconds(options.Value.AnswerTimeoutSec);

    /// <summary>The camera's <c>/status</c>, or why there is none.</summary>
    public async Task<PeerAnswer> StatusAsync(Peer peer, CancellationToken cancellationToken)
    {
        var answer = await http.GetAsync(peer, "/api/v1/status", timeout, cancellationToken);
        if (answer.Body is null)
        {
            return answer;
        }

        var who = answer.Body["node"] is JsonObject node && node["camera_id"] is JsonValue id && id.TryGetValue<string>(out var text) ? text : null;
        return !answer.Succeeded || who is null ? new PeerAnswer(false, null, "What answers at that address is no camera of this rig.")
            : who != peer.CameraId.Value ? new PeerAnswer(false, null, $"At that address is {who} and not {peer.CameraId}. Correct the address.")
            : answer;
    }

    public Task<PeerAnswer> GetAsync(Peer peer, string path, CancellationToken cancellationToken) =>
        WhenItIsTheOneAsync(peer, () => http.GetAsync(peer, path, timeout, cancellationToken), cancellationToken);

    public Task<PeerAnswer> PostAsync(Peer peer, string path, JsonObject body, TimeSpan timeout, CancellationToken cancellationToken) =>
        WhenItIsTheOneAsync(peer, () => http.PostAsync(peer, path, body, timeout, cancellationToken), cancellationToken);

    // A camera that the cluster hears told its address itself; any other is asked for its name first.
    private async Task<PeerAnswer> WhenItIsTheOneAsync(Peer peer, Func<Task<PeerAnswer>> ask, CancellationToken cancellationToken)
    {
        if (!peer.IsHeard && await StatusAsync(peer, cancellationToken) is { Body: null } nobody)
        {
            return nobody;
        }

        return await ask();
    }
}
