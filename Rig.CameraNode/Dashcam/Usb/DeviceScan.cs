using Rig.CameraNode.Dashcam.Config;

namespace Rig.CameraNode.Dashcam.Usb;

/// <summary>Finds the camera's storage in sysfs: the USB device by vendor and product or by its place at the hub, and the block device below it.</summary>
internal sealed class DeviceScan(DashcamConfig config)
{
    /// <summary>USB's class of hubs, as sysfs writes it.</summary>
    private const string HubClass = "09";

    private readonly string usb = Path.Combine(config.Rehearsal.SysRoot, "bus/usb/devices");
    private readonly string block = Path.Combine(config.Rehearsal.SysRoot, "class/block");

    /// <returns>Null while there is none. Devices come and go while this looks.</returns>
    internal CameraDevice? Find()
    {
        try
        {
            string[] devices = Directory.Exists(usb) ? [.. Directory.EnumerateDirectories(usb).Order(StringComparer.Ordinal)] : [];
            foreach (var device in devices)
            {
                if (IsCamera(device) && Resolve(device) is { } real && Volume(real) is { } volume)
                {
                    return new CameraDevice(Path.Combine(config.Rehearsal.DeviceRoot, volume), Path.GetFileName(device), Text(device, "serial"));
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Unplugged while it was read.
        }

        return null;
    }

    private bool IsCamera(string device)
    {
        var name = Path.GetFileName(device);
        if (name.Contains(':', StringComparison.Ordinal))
        {
            // An interface of a device.
            return false;
        }

        if (config.Camera.Vendor.Length > 0)
        {
            return Same(Text(device, "idVendor"), config.Camera.Vendor) && (config.Camera.Product.Length == 0 || Same(Text(device, "idProduct"), config.Camera.Product));
        }

        // At the port, behind another hub at the port, or in the hub's place itself (a root port, as in the seed). What else is at the hub is no camera.
        var place = FormattableString.Invariant($"{config.Camera.HubLocation}.{config.Camera.PortNumber}");
        return name == place || name.StartsWith(place + ".", StringComparison.Ordinal) || (name == config.Camera.HubLocation && Text(device, "bDeviceClass") != HubClass);
    }

    /// <summary>The largest partition, else the disk itself.</summary>
    private string? Volume(string device)
    {
        var below = Directory.Exists(block)
            ? Directory.EnumerateFileSystemEntries(block).Select(link => (Name: Path.GetFileName(link), Real: Resolve(link)))
                .Where(found => found.Real?.StartsWith(device + "/", StringComparison.Ordinal) == true).ToList()
            : [];
        return below.Select(found => (found.Name, Partition: File.Exists(Path.Combine(found.Real!, "partition")), Size: long.TryParse(Text(found.Real!, "size"), out var size) ? size : 0))
            .Where(found => found.Size > 0 && File.Exists(Path.Combine(config.Rehearsal.DeviceRoot, found.Name)))
            .OrderByDescending(found => found.Partition).ThenByDescending(found => found.Size).ThenBy(found => found.Name, StringComparer.Ordinal)
            .Select(found => found.Name).FirstOrDefault();
    }

    private static string? Resolve(string link) => new FileInfo(link).LinkTarget is null ? link : Directory.ResolveLinkTarget(link, returnFinalTarget: true)?.FullName;

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string Text(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : "";
    }
}
