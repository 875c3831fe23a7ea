using System.Globalization;
using System.Security.Cryptography;
using Rig.Rehearsal.Demo;

namespace Rig.Rehearsal.Dashcam;

/// <summary>
/// A camera at a fake USB hub: with power and without data it records into a FAT image, with both the image is a loop device below a fake sysfs. Power
/// is what the fake uhubctl wrote, data what the service wrote to <c>authorized</c>.
/// </summary>
internal sealed class FakeCamera : IDisposable
{
    private readonly string root;
    private readonly Lock gate = new();
    private readonly Dictionary<string, string> recorded = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource ending = new();
    private readonly Thread thread;
    private string? device;

    /// <param name="root">The world's folder.</param>
    /// <param name="sizeMegabytes">Of the card.</param>
    internal FakeCamera(string root, int sizeMegabytes)
    {
        this.root = root;
        Directory.CreateDirectory(Path.Combine(root, "state"));
        Directory.CreateDirectory(Path.Combine(root, "dev"));
        Directory.CreateDirectory(Hub);
        Directory.CreateDirectory(Path.Combine(root, "sys/bus/usb/devices"));
        Directory.CreateDirectory(Path.Combine(root, "sys/class/block"));
        File.CreateSymbolicLink(Path.Combine(root, "sys/bus/usb/devices/1-1"), Hub);
        File.WriteAllText(Path.Combine(Hub, "authorized"), "1\n");
        File.WriteAllText(Path.Combine(Hub, "bDeviceClass"), "09\n");
        File.WriteAllText(PowerFile, "1\n");
        using (var image = File.Create(Image))
        {
            image.SetLength((long)sizeMegabytes << 20);
        }

        WorldTools.Run("mkfs.vfat", "-F", "32", "-i", "67EF9CED", "-n", "DASHCAM", Image);
        WorldTools.Run("mmd", "-i", Image, "::/Normal", "::/Normal/Front");
        Clock = () => new DateTime(2026, 6, 1, 8, 0, 0, DateTimeKind.Utc).AddMinutes(recorded.Count);
        thread = new Thread(Live) { IsBackground = true };
        thread.Start();
    }

    internal string Image => Path.Combine(root, "card.img");

    /// <summary>Without power and data it shows nothing; so neither while this is false.</summary>
    internal bool PluggedIn { get; set; } = true;

    /// <summary>A film each time so much time has passed; null films only on call.</summary>
    internal TimeSpan? RecordEvery { get; set; }

    /// <summary>The camera's clock, for the names of its films; by itself a minute a film.</summary>
    internal Func<DateTime> Clock { get; set; }

    /// <summary>Told after each film.</summary>
    internal Action<string>? OnRecorded { get; set; }

    internal int FilmBytes { get; set; } = 1_500_000;

    /// <summary>SHA-256 by name of all it ever recorded.</summary>
    internal IReadOnlyDictionary<string, string> Recorded
    {
        get
        {
            lock (gate)
            {
                return new Dictionary<string, string>(recorded, StringComparer.Ordinal);
            }
        }
    }

    internal bool IsConnected => device is not null;

    private string Hub => Path.Combine(root, "sys/devices/usb1/1-1");

    private string PowerFile => Path.Combine(root, "state/power");

    private bool Powered => Digit(PowerFile) == '1';

    private bool Authorized => Digit(Path.Combine(Hub, "authorized")) == '1';

    /// <summary>Lays a film on the card, as if it had been recorded.</summary>
    internal string Film(string name, int? sizeBytes = null, byte[]? content = null)
    {
        lock (gate)
        {
            content ??= RandomNumberGenerator.GetBytes(sizeBytes ?? FilmBytes);
            var temporary = Path.Combine(root, "film.tmp");
            File.WriteAllBytes(temporary, content);
            WorldTools.Run("mcopy", "-D", "o", "-i", Image, temporary, "::/" + name);
            recorded[name] = Convert.ToHexStringLower(SHA256.HashData(content));
            return recorded[name];
        }
    }

    /// <summary>Films that the card holds now, by SHA-256.</summary>
    internal IReadOnlySet<string> OnCard()
    {
        lock (gate)
        {
            var folder = Directory.CreateTempSubdirectory("card-").FullName;
            try
            {
                WorldTools.Run("mcopy", "-s", "-n", "-i", Image, "::/Normal", folder);
                return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)))).ToHashSet();
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    public void Dispose()
    {
        ending.Cancel();
        thread.Join();
        Disconnect();
        ending.Dispose();
    }

    private static char Digit(string file)
    {
        try
        {
            return File.ReadAllText(file) is [var first, ..] ? first : ' ';
        }
        catch (IOException)
        {
            return ' ';
        }
    }

    private void Live()
    {
        var last = TimeProvider.System.GetTimestamp();
        while (!ending.Token.WaitHandle.WaitOne(20))
        {
            var (powered, authorized) = (Powered && PluggedIn, Authorized);
            if (powered && authorized)
            {
                Connect();
            }
            else
            {
                Disconnect();
            }

            if (powered && !authorized && RecordEvery is { } every && TimeProvider.System.GetElapsedTime(last) >= every)
            {
                last = TimeProvider.System.GetTimestamp();
                var name = "Normal/Front/" + Clock().ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture) + "_F.MP4";
                Film(name);
                OnRecorded?.Invoke(name);
            }
        }
    }

    private void Connect()
    {
        if (device is not null)
        {
            return;
        }

        lock (gate)
        {
            device = WorldTools.Run("losetup", "-f", "--show", "-r", Image).Trim();
        }

        var name = Path.GetFileName(device);
        var usb = Path.Combine(Hub, "1-1.1");
        var block = Path.Combine(usb, "1-1.1:1.0/host0/target0:0:0/0:0:0:0/block", name);
        Directory.CreateDirectory(block);
        File.WriteAllText(Path.Combine(usb, "idVendor"), "0603\n");
        File.WriteAllText(Path.Combine(usb, "idProduct"), "8611\n");
        File.WriteAllText(Path.Combine(usb, "serial"), "966110000000100\n");
        File.WriteAllText(Path.Combine(block, "size"), string.Create(CultureInfo.InvariantCulture, $"{new FileInfo(Image).Length / 512}\n"));
        File.CreateSymbolicLink(Path.Combine(root, "dev", name), device);
        File.CreateSymbolicLink(Path.Combine(root, "sys/bus/usb/devices/1-1.1"), usb);
        File.CreateSymbolicLink(Path.Combine(root, "sys/class/block", name), block);
    }

    private void Disconnect()
    {
        if (device is not { } attached)
        {
            return;
        }

        var name = Path.GetFileName(attached);
        File.Delete(Path.Combine(root, "sys/class/block", name));
        File.Delete(Path.Combine(root, "sys/bus/usb/devices/1-1.1"));
        File.Delete(Path.Combine(root, "dev", name));
        Directory.Delete(Path.Combine(Hub, "1-1.1"), recursive: true);
        try
        {
            WorldTools.Run("losetup", "-d", attached);
        }
        catch (DemoException)
        {
            // Mounted or gone: the kernel frees it with the mount.
        }

        device = null;
    }
}
