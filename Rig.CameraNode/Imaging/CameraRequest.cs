namespace Rig.CameraNode.Imaging;

/// <summary>The mode that is asked of a camera.</summary>
internal sealed record CameraRequest(int Width, int Height, int Fps);
