using Microsoft.Extensions.Options;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Status;
using Rig.Domain.Identity;
using Rig.Domain.Messages;

namespace Rig.CameraNode.Peers;

/// <summary>One camera of the rig as this node can ask it.</summary>
/// <param name="View">As the cluster knows it; null for a camera that only was added here.</param>
/// <param name="Added">Its address as somebody gave it here.</param>
internal sealed record Peer(CameraId CameraId, bool IsLocal, SessionProtocol.CameraView? View, PeerAddress? Added)
{
    /// <summary>The cluster hears it now, so it is who it says it is.</summary>
    public bool IsHeard => View is { Online: true, Report: not null };

    /// <summary>Where it answers people; null while nobody knows.</summary>
    public string? BaseUrl => IsHeard ? View!.Report!.BaseUrl : Added?.BaseUrl ?? View?.Report?.BaseUrl;

    /// <summary>Where it answers machines; null while nobody knows, or while it is not enrolled.</summary>
    /// <param name="port">Of an address that was added by hand: all machines of a rig have the same.</param>
    public string? MachineUrlAt(int port) =>
        IsHeard || Added is null ? View?.Report?.MachineUrl : $"https://{new System.Net.IPEndPoint(Added.Value.Ip, port)}";
}

/// <summary>The rig's cameras: those of the cluster, and addresses that were added by hand, which the settings file keeps.</summary>
internal sealed class PeerList(NodeConfigFile file, IOptionsMonitor<PeerOptions> options, IOptions<NodeOptions> node, StatusReader status)
{
    private readonly Lock gate = new();

    /// <summary>A rig whose cluster is on loopback has no other network.</summary>
    public bool IsOneMachine => System.Net.IPAddress.TryParse(node.Value.ClusterHost, out var host) && System.Net.IPAddress.IsLoopback(host);

    /// <summary>This rig's cameras, whether they were heard or not.</summary>
    public bool Knows(CameraId camera) => node.Value.Expected.Contains(camera) || status.RigView().View.Cameras.Any(c => c.CameraId == camera);

    /// <summary>In the rig's order, this camera included.</summary>
    public IReadOnlyList<Peer> List()
    {
        var added = options.CurrentValue.Added.ToDictionary(a => CameraId.Parse(a.Key), a => PeerAddress.TryParse(a.Value, out var address) ? address : (PeerAddress?)null);
        var cameras = status.RigView().View.Cameras;
        return
        [
            .. cameras.Select(c => new Peer(c.CameraId, c.CameraId == status.CameraId, c, added.GetValueOrDefault(c.CameraId))),
            .. added.Where(a => cameras.All(c => c.CameraId != a.Key)).OrderBy(a => a.Key.Value, StringComparer.Ordinal).Select(a => new Peer(a.Key, a.Key == status.CameraId, null, a.Value)),
        ];
    }

    /// <summary>Keeps an address durably; a second one of the same camera takes the first one's place.</summary>
    /// <returns>False when as many as possible are kept already.</returns>
    /// <exception cref="IOException">The settings file could not be written; nothing changed.</exception>
    public bool Add(CameraId camera, PeerAddress address)
    {
        lock (gate)
        {
            var added = options.CurrentValue.Added;
            if (added.Count >= PeerOptions.MaxAdded && !added.ContainsKey(camera.Value))
            {
                return false;
            }

            file.Save(new Dictionary<string, string?> { [KeyOf(camera)] = address.ToString() });
            return true;
        }
    }

    public bool IsAdded(CameraId camera) => options.CurrentValue.Added.ContainsKey(camera.Value);

    /// <returns>False when the address does not come from the settings file, so that it cannot be taken out there.</returns>
    /// <exception cref="IOException">The settings file could not be written; nothing changed.</exception>
    public bool Remove(CameraId camera)
    {
        lock (gate)
        {
            file.Save(new Dictionary<string, string?> { [KeyOf(camera)] = null });
            return !IsAdded(camera);
        }
    }

    private static string KeyOf(CameraId camera) => $"{PeerOptions.Section}:{nameof(PeerOptions.Added)}:{camera}";
}
