using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Modes;

namespace Rig.CameraNode.Storage;

/// <summary>How takes lie in their folders.</summary>
internal enum StorageLayout
{
    /// <summary><c>{session}/{camera}/{id}.mp4</c>.</summary>
    Nested,

    /// <summary><c>{id}.mp4</c>, all in one folder.</summary>
    Flat,
}

/// <summary>Configuration section <c>Rig:Storage</c>.</summary>
internal sealed class StorageOptions
{
    internal const string Section = "Rig:Storage";

    public string RecordingsPath { get; set; } = "/mnt/nvme/recordings";

    public string ManifestsPath { get; set; } = "/mnt/nvme/manifests";

    /// <summary>Set it before the first recording: takes of the other layout are not looked for.</summary>
    public StorageLayout Layout { get; set; }

    /// <summary>Below this much free space the oldest confirmed takes are deleted, and the recording time left counts as none.</summary>
    public double MinFreeSpaceGb { get; set; } = 10;

    /// <summary>Delete confirmed takes, oldest first, while free space is below <see cref="MinFreeSpaceGb"/>.</summary>
    public bool AutoDeleteOffloaded { get; set; } = true;

    /// <summary>Delete a take as soon as a server's receipt for it is recorded.</summary>
    public bool DeleteAfterConfirm { get; set; }

    internal StorageSettings ToSettings(CameraOptions camera) => new(RecordingsPath, MinFreeSpaceGb, AutoDeleteOffloaded, DeleteAfterConfirm, camera.BitrateMbps);
}

internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var errors = new List<string>();
        if (!Path.IsPathFullyQualified(options.RecordingsPath))
        {
            errors.Add("Rig:Storage:RecordingsPath must be a full path, such as /mnt/nvme/recordings.");
        }

        if (!Path.IsPathFullyQualified(options.ManifestsPath))
        {
            errors.Add("Rig:Storage:ManifestsPath must be a full path, such as /mnt/nvme/manifests.");
        }

        if (options.MinFreeSpaceGb is < 0 or > 100_000 or double.NaN)
        {
            errors.Add("Rig:Storage:MinFreeSpaceGb must be between 0 and 100000.");
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }
}
