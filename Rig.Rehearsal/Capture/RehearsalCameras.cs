using Rig.CameraNode.Capture;
using Rig.CameraNode.Imaging;
using Rig.Domain.Identity;
using Rig.Rehearsal.DrawnMatch;

namespace Rig.Rehearsal.Capture;

/// <summary>The cameras that rig-node itself does not have.</summary>
internal static class RehearsalCameras
{
    /// <exception cref="InvalidDataException">There is no such source, or ffmpeg cannot read the footage.</exception>
    /// <exception cref="FileNotFoundException">The footage is not there.</exception>
    internal static IFrameSource Create(ConfigureCapture c) => c.Source switch
    {
        FrameSources.Synthetic => new SyntheticSource(CameraId.Parse(c.CameraId), c.Width, c.Height, c.Fps, c.Seed),
        FrameSources.Footage => new FootageSource(c.FootageFile ?? "", c.Width, c.Height, c.Fps),
        _ => FrameSources.Create(c),
    };
}
