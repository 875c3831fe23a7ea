using System.Buffers.Binary;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Mounts;
using Rig.CameraNode.Dashcam.Usb;
using Rig.Tests.Support;

namespace Rig.Tests.Dashcam;

/// <summary>Finding the camera's storage in a tree that looks as sysfs does.</summary>
public sealed class DeviceScanTests : IDisposable
{
    private readonly TempFolder folder = new("dashcam-scan");
    private readonly DashcamConfig config = new();

    public DeviceScanTests()
    {
        config.Rehearsal.SysRoot = folder.File("sys");
        config.Rehearsal.DeviceRoot = folder.File("dev");
        foreach (var name in new[] { "sys/bus/usb/devices", "sys/class/block", "dev" })
        {
            Directory.CreateDirectory(folder.File(name));
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_largest_partition_at_the_hubs_port_is_the_camera()
    {
        Usb("1-1.2", "046d", "c52b");
        Usb("1-1.1", "0603", "8611");
        Block("1-1.1", "sda", 1000, partition: false);
        Block("1-1.1", "sda1", 100, partition: true);
        Block("1-1.1", "sda2", 800, partition: true);
        Assert.Equal(new CameraDevice(folder.File("dev/sda2"), "1-1.1", "SN1-1.1"), Scan());
    }

    [Fact]
    public void A_stick_at_another_port_of_the_cameras_hub_is_not_the_camera()
    {
        Usb("1-1", "2109", "3431");
        File.WriteAllText(Path.Combine(Real("1-1"), "bDeviceClass"), "09\n");
        var stick = Path.Combine(Real("1-1"), "1-1.2/block/sda1");
        Directory.CreateDirectory(stick);
        File.WriteAllText(Path.Combine(stick, "size"), "1000\n");
        File.WriteAllText(folder.File("dev/sda1"), "");
        File.CreateSymbolicLink(folder.File("sys/class/block/sda1"), stick);
        Assert.Null(Scan());
    }

    [Fact]
    public void A_camera_at_a_root_port_is_found_there()
    {
        Usb("1-1", "0603", "8611");
        Block("1-1", "sda1", 1000, partition: true);
        Assert.Equal("1-1", Scan()!.UsbName);
    }

    [Fact]
    public void A_card_without_partitions_is_the_disk_itself()
    {
        Usb("1-1.1", "0603", "8611");
        Block("1-1.1", "sda", 1000, partition: false);
        Assert.Equal(folder.File("dev/sda"), Scan()!.Node);
    }

    [Fact]
    public void Vendor_and_product_find_it_at_any_hub_and_nothing_else()
    {
        (config.Camera.Vendor, config.Camera.Product) = ("0603", "8611");
        Usb("1-1.1", "0781", "5567");
        Block("1-1.1", "sda1", 1000, partition: true);
        Assert.Null(Scan());
        Usb("2-1", "0603", "8611");
        Block("2-1", "sdb1", 500, partition: true);
        Assert.Equal(folder.File("dev/sdb1"), Scan()!.Node);
    }

    [Fact]
    public void A_disk_elsewhere_is_nobodys_camera()
    {
        Usb("1-2", "0781", "5567");
        Block("1-2", "sda1", 1000, partition: true);
        Assert.Null(Scan());
    }

    [Fact]
    public void An_empty_card_reader_and_a_node_that_udev_has_not_made_yet_are_no_camera_yet()
    {
        Usb("1-1.1", "0603", "8611");
        Block("1-1.1", "sda", 0, partition: false);
        Assert.Null(Scan());
        Block("1-1.1", "sda1", 100, partition: true);
        File.Delete(folder.File("dev/sda1"));
        Assert.Null(Scan());
    }

    [Fact]
    public async Task The_search_ends_at_its_time_and_at_once_when_the_device_comes()
    {
        config.Poll.MountTimeoutSeconds = 0.2;
        Assert.Null(await new SysfsSearch(config, TimeProvider.System).FindAsync(default));

        config.Poll.MountTimeoutSeconds = 60;
        var found = new SysfsSearch(config, TimeProvider.System).FindAsync(default);
        Usb("1-1.1", "0603", "8611");
        Block("1-1.1", "sda1", 100, partition: true);
        Assert.Equal(folder.File("dev/sda1"), (await found)!.Node);
    }

    [Fact]
    public async Task A_cancelled_search_ends()
    {
        using var stop = new CancellationTokenSource();
        var search = new SysfsSearch(config, TimeProvider.System).FindAsync(stop.Token);
        await stop.CancelAsync();
        Assert.Null(await search);
    }

    [Theory]
    [InlineData(82, "FAT32   ", 67, "vfat")]
    [InlineData(54, "FAT16   ", 39, "vfat")]
    [InlineData(3, "EXFAT   ", 100, "exfat")]
    public void A_volumes_header_names_its_type_and_serial_number(int at, string name, int serialAt, string type)
    {
        var head = new byte[VolumeHeader.Bytes];
        System.Text.Encoding.ASCII.GetBytes(name).CopyTo(head, at);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(serialAt), 0x67EF9CED);
        Assert.Equal(new VolumeHeader(type, "67EF9CED"), VolumeHeader.Read(head));
    }

    [Fact]
    public void A_header_of_noise_or_none_has_no_type()
    {
        Assert.Equal(new VolumeHeader(null, ""), VolumeHeader.Read(new byte[VolumeHeader.Bytes]));
        Assert.Equal(new VolumeHeader(null, ""), VolumeHeader.Read([]));
    }

    [Fact]
    public void Mount_points_with_blanks_and_line_breaks_are_read()
    {
        var entry = Assert.Single(MountTable.Parse("36 35 98:0 / /mnt/my\\040cam\\012x ro,nosuid shared:1 - vfat /dev/sda1 rw,utf8\nnonsense\n\n"));
        Assert.Equal(new MountTable.Entry("/mnt/my cam\nx", "/dev/sda1", true), entry);
    }

    private CameraDevice? Scan() => new DeviceScan(config).Find();

    private string Real(string usb) => folder.File("sys/devices/platform/usb", usb);

    private void Usb(string name, string vendor, string product)
    {
        Directory.CreateDirectory(Real(name));
        File.WriteAllText(Path.Combine(Real(name), "idVendor"), vendor + "\n");
        File.WriteAllText(Path.Combine(Real(name), "idProduct"), product + "\n");
        File.WriteAllText(Path.Combine(Real(name), "serial"), $"SN{name}\n");
        File.CreateSymbolicLink(folder.File("sys/bus/usb/devices", name), Real(name));
    }

    private void Block(string usb, string name, long size, bool partition)
    {
        var real = Path.Combine(Real(usb), $"{usb}:1.0/host0/target0/block/{name}");
        Directory.CreateDirectory(real);
        File.WriteAllText(folder.File("dev", name), "");
        File.WriteAllText(Path.Combine(real, "size"), FormattableString.Invariant($"{size}\n"));
        if (partition)
        {
            File.WriteAllText(Path.Combine(real, "partition"), "1\n");
        }

        File.CreateSymbolicLink(folder.File("sys/class/block", name), real);
    }
}
