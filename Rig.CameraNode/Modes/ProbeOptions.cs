using Rig.CameraNode.Capture;

namespace Rig.CameraNode.Modes;

/// <summary>Which modes may be recorded.</summary>
internal sealed class ProbeOptions
{
    internal const string Section = "Rig:Capture";

    /// <summary>How long <c>rig-node probe</c> measures each encoder.</summary>
    public int ProbeSeconds { get; set; } = 60;

    /// <summary>Record only modes that <c>rig-node probe</c> has measured. Unset: yes with a camera that has a driver, no with a drawn one.</summary>
    public bool? RequireProof { get; set; }

    /// <summary>Where the measurements are kept.</summary>
    public string ProofsPath { get; set; } = "/var/lib/rig-node/mode-proofs.json";

    internal bool Requires(string source) => !FrameSources.IsRehearsed(source) && (RequireProof ?? FrameSources.IsLive(source));

    internal IEnumerable<string> Errors()
    {
        if (ProbeSeconds is < 1 or > 600)
        {
            yield return $"{Section}:ProbeSeconds is {ProbeSeconds}; use 1 to 600.";
        }

        if (!Path.IsPathFullyQualified(ProofsPath))
        {
            yield return $"{Section}:ProofsPath is '{ProofsPath}'; use a full path, such as /var/lib/rig-node/mode-proofs.json.";
        }
    }
}
