namespace Rig.CameraNode.Dashcam.Usb;

/// <param name="Problem">Null: the port is as it was ordered.</param>
/// <param name="RetryAfter">The order was not carried out, because the power was switched on not long enough ago.</param>
internal sealed record PortAnswer(string? Problem, TimeSpan? RetryAfter = null);

/// <summary>The USB port of the camera: its power at the hub and whether its data lines are let through.</summary>
internal interface IUsbPort
{
    Task<PortAnswer> SetAsync(PortMode mode, CancellationToken cancellationToken);
}
