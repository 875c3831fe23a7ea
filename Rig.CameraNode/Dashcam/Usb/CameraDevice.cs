namespace Rig.CameraNode.Dashcam.Usb;

/// <summary>The camera's storage as the kernel shows it.</summary>
/// <param name="Node">Such as <c>/dev/sda1</c>.</param>
/// <param name="UsbName">Its place below <c>/sys/bus/usb/devices</c>, such as <c>1-1.1</c>.</param>
/// <param name="Serial">What the device says of itself; empty where it says nothing.</param>
internal sealed record CameraDevice(string Node, string UsbName, string Serial);
