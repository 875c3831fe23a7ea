using Rig.Actors.Sessions;
using Rig.CameraNode.Capture.Synthetic;

namespace Rig.CameraNode.Capture;

/// <summary>The kinds of camera there are, by the name that configuration uses.</summary>
internal static class FrameSources
{
    internal const string Synthetic = "synthetic";
    internal const string Footage = "footage";
    internal const string Pattern = "pattern";

    internal static readonly IReadOnlyList<string> Names = [Synthetic, Footage, Pattern];

    /// <exception cref="InvalidDataException">No such source.</exception>
    internal static IFrameSource Create(ConfigureCapture c) => c.Source switch
    {
        Synthetic => new SyntheticSource(CameraId.Parse(c.CameraId), c.Width, c.Height, c.Fps, c.Seed),
        Footage => new FootageSource(c.FootageFile ?? "", c.Width, c.Height, c.Fps),
        Pattern => new TestPatternSource(c.Width, c.Height, c.Fps),
        _ => throw new InvalidDataException($"There is no camera source '{c.Source}'; Rig:Camera:Source is one of {string.Join(", ", Names)}."),
    };
}
