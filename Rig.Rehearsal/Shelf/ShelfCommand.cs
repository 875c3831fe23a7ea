using System.CommandLine;
using System.Globalization;
using Rig.CameraNode.Frames;

namespace Rig.Rehearsal.Shelf;

/// <summary><c>rig-rehearsal frames SEED SECONDS TRUTH-FILE [--Rig:FrameDevice:Key=value ...]</c>: <c>rig-node frames</c> with a drawn shelf for a camera.</summary>
internal static class ShelfCommand
{
    /// <summary>Before the first hand.</summary>
    internal const double FirstActionSec = 8;

    public static Command Describe() => new("frames", "Films a drawn shelf as a still-frame camera: frames SEED SECONDS TRUTH-FILE [settings of 'rig-node frames'].");

    public static Task<int> RunAsync(string[] args)
    {
        if (args is [var seedText, var secondsText, var truthFile, .. var settings]
            && int.TryParse(seedText, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed)
            && double.TryParse(secondsText, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            return FrameDeviceHost.RunAsync(settings, (_, _) => new ShelfStill(ShelfScript.Demo(seed, FirstActionSec, seconds), truthFile));
        }

        Console.Error.WriteLine("Usage: rig-rehearsal frames SEED SECONDS TRUTH-FILE [--Rig:FrameDevice:Key=value ...]");
        return Task.FromResult(2);
    }
}
