using System.Globalization;
using Rig.Ingest.Detect.Learned;

namespace Rig.Ingest.Detect;

/// <summary>Configuration section <c>Rig:Detect</c>.</summary>
public sealed class DetectOptions
{
    public const string Section = "Rig:Detect";

    /// <summary>The one that works in every frame; it needs nothing but a camera that stands still. <see cref="Model"/> adds to it.</summary>
    public const string Background = "background";

    public string Detector { get; set; } = Background;

    /// <summary>Lines a second in <c>analysis/tracks.jsonl</c>; the ball is followed in every frame whatever this is.</summary>
    public double Fps { get; set; } = 10;

    /// <summary>How far outside the lines people and ball are still looked for, metres.</summary>
    public double MarginM { get; set; } = 2;

    /// <summary>How high the cameras are taken to hang over the ground when the pitch is not registered, metres.</summary>
    public double AssumedCameraHeightM { get; set; } = 5;

    /// <summary>An ONNX file, whose network looks at some frames as well; empty: none does.</summary>
    public string Model { get; set; } = "";

    /// <summary>The network looks at every so many of the analysed frames (<see cref="Fps"/>), if its budget lets it.</summary>
    public int ModelEvery { get; set; } = 5;

    /// <summary>Seconds that the network may take for a second of the video; looks are left out beyond that. 0: as long as it takes.</summary>
    public double ModelBudget { get; set; } = 0.5;

    /// <summary>Side of the squares of the panorama that the network is shown, pixels.</summary>
    public int ModelTilePx { get; set; } = LearnedDetector.DefaultTilePx;

    /// <summary>Classes of the network that are people, counted from 0, with commas; empty: by the names in its file, else as in COCO.</summary>
    public string PersonClasses { get; set; } = "";

    /// <summary>Classes that are balls, likewise.</summary>
    public string BallClasses { get; set; } = "";

    /// <summary><c>auto</c>: CUDA where it works, else the processor. <c>cpu</c>: the processor.</summary>
    public string ModelProvider { get; set; } = "auto";

    /// <summary>Of <see cref="Model"/>; null where none is configured.</summary>
    internal ModelSettings? ModelSettings() => Model.Length == 0 ? null : new(
        Model, Classes(PersonClasses) ?? [], Classes(BallClasses) ?? [], ModelProvider == "cpu" ? ProviderChoice.Cpu : ProviderChoice.Auto);

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

        if (ModelEvery is < 1 or > 1000)
        {
            yield return $"{Section}:ModelEvery is {ModelEvery}; set it between 1 and 1000 analysed frames.";
        }

        if (!(ModelBudget is >= 0 and <= 100))
        {
            yield return $"{Section}:ModelBudget is {ModelBudget}; set it between 0 (no limit) and 100 seconds for a second of video.";
        }

        if (ModelTilePx is < 160 or > 4096)
        {
            yield return $"{Section}:ModelTilePx is {ModelTilePx}; set it between 160 and 4096 pixels.";
        }

        if (ModelProvider is not ("auto" or "cpu"))
        {
            yield return $"{Section}:ModelProvider is '{ModelProvider}'; use 'auto' or 'cpu'.";
        }

        foreach (var (key, value) in new[] { (nameof(PersonClasses), PersonClasses), (nameof(BallClasses), BallClasses) }.Where(entry => Classes(entry.Item2) is null))
        {
            yield return $"{Section}:{key} is '{value}'; write numbers from 0 on with commas, such as 0,2.";
        }
    }

    private static List<int>? Classes(string text)
    {
        var numbers = new List<int>();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            numbers.Add(number);
        }

        return numbers;
    }
}
