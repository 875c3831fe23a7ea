using Rig.Domain.Identity;

namespace Rig.CameraNode.Peers;

/// <summary>Configuration section <c>Rig:Peers</c>.</summary>
internal sealed class PeerOptions
{
    public const string Section = "Rig:Peers";

    public const int MaxAdded = 16;

    /// <summary>Addresses of cameras that this node is to ask beside those that the cluster knows: <c>CAM_R</c> to <c>192.168.1.103:8080</c>.</summary>
    public Dictionary<string, string> Added { get; set; } = [];

    /// <summary>How long a camera may take to be reached, and then to say how it is or which recordings it has.</summary>
    public double AnswerTimeoutSec { get; set; } = 5;

    public IEnumerable<string> Errors()
    {
        if (!(AnswerTimeoutSec is >= 0.1 and <= 60))
        {
            yield return $"{Section}:{nameof(AnswerTimeoutSec)} is {AnswerTimeoutSec}; use 0.1 to 60.";
        }

        foreach (var (camera, address) in Added)
        {
            if (!CameraId.TryParse(camera, out _))
            {
                yield return $"{Section}:Added has '{camera}'; use camera ids such as CAM_R.";
            }
            else if (!PeerAddress.TryParse(address, out _))
            {
                yield return $"{Section}:Added:{camera} is '{address}'; use an IP address and a port, such as 192.168.1.103:8080.";
            }
        }

        if (Added.Count > MaxAdded)
        {
            yield return $"{Section}:Added has {Added.Count} cameras; {MaxAdded} are possible.";
        }
    }
}
