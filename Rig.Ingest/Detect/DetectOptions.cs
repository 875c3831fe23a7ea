namespace Rig.Ingest.Detect;

/// <summary>Configuration section <c>Rig:Detect</c>.</summary>
public sealed class DetectOptions
{
    public const string Section = "Rig:Detect";

    /// <summary>The only detector so far; it needs nothing but a camera that stands still.</summary>
    public const string Background = "background";

    public string Detector { get; set; } = Background;

    /// <summary>Lines a second in <c>analysis/tracks.jsonl</c>; the ball is followed in every frame whatever this is.</summary>
    public double Fps { get; set; } = 10;

    /// <summary>How far outside the lines people and ball are still looked for, metres.</summary>
    public double MarginM { get; set; } = 2;

    /// <summary>How high the cameras are taken to hang over the ground when the pitch is not registered, metres.</summary>
    public double AssumedCameraHeightM { get; set; } = 5;

    /// <summary>What is wrong with these options, each naming its key; empty when nothing is.</summary>
    internal IEnumerable<string> Errors()
    {
        if (Detector != Background)
        {
            yield return $"{Section}:Detector is '{Detector}'; use '{Background}'.";
        }

        if (!(Fps is >= 1 and <= 60))
        {
            yield return $"{Section}:Fps is {Fps}; set it between 1 and 60.";
        }

        if (!(MarginM is >= 0 and <= 20))
        {
            yield return $"{Section}:MarginM is {MarginM}; set it between 0 and 20 metres.";
        }

        if (!(AssumedCameraHeightM is >= 1 and <= 50))
        {
            yield return $"{Section}:AssumedCameraHeightM is {AssumedCameraHeightM}; set it between 1 and 50 metres.";
        }
    }
}
