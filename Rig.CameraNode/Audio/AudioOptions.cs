using Rig.Actors.Recording;

namespace Rig.CameraNode.Audio;

/// <summary>Configuration section <c>Rig:Audio</c>.</summary>
internal sealed class AudioOptions
{
    internal const string Section = "Rig:Audio";

    public bool Enabled { get; set; } = true;

    /// <summary>ALSA's name of the sound device, as <c>aplay -L</c> lists them.</summary>
    public string Device { get; set; } = "default";

    public int VolumePercent { get; set; } = 80;

    /// <summary>Signals that are not to be heard, such as <c>Start</c>.</summary>
    public Signal[] Silent { get; set; } = [];

    internal IEnumerable<string> Errors()
    {
        if (VolumePercent is < 0 or > 100)
        {
            yield return $"{Section}:VolumePercent is {VolumePercent}; use 0 to 100.";
        }

        if (Device.Length == 0)
        {
            yield return $"{Section}:Device is empty; use default, or a name that aplay -L lists.";
        }
    }
}
