using Microsoft.Extensions.Options;
using Rig.CameraNode.Capture;

namespace Rig.CameraNode.Probe;

/// <summary>Configuration section <c>Rig:Capture</c>: which modes may be recorded.</summary>
internal sealed class ProbeOptions
{
    internal const string Section = "Rig:Capture";

    /// <summary>How long <c>rig-node probe</c> measures each encoder.</summary>
    public int ProbeSeconds { get; set; } = 60;

    /// <summary>Record only modes that <c>rig-node probe</c> has measured. Unset: with a camera that has a driver yes, with a drawn one no.</summary>
    public bool? RequireProof { get; set; }

    /// <summary>Where the measurements are kept.</summary>
    public string ProofsPath { get; set; } = "/var/lib/rig-node/mode-proofs.json";

    internal bool Requires(string source) => RequireProof ?? FrameSources.IsLive(source);
}

internal sealed class ProbeOptionsValidator : IValidateOptions<ProbeOptions>
{
    public ValidateOptionsResult Validate(string? name, ProbeOptions options)
    {
        var errors = new List<string>();
        if (options.ProbeSeconds is < 1 or > 600)
        {
            errors.Add($"{ProbeOptions.Section}:ProbeSeconds must be between 1 and 600.");
        }

        if (!Path.IsPathFullyQualified(options.ProofsPath))
        {
            errors.Add($"{ProbeOptions.Section}:ProofsPath must be a full path, such as /var/lib/rig-node/mode-proofs.json.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
