using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Processes;
using Rig.CameraNode.Dashcam.Usb;

namespace Rig.CameraNode.Dashcam.Mounts;

/// <summary>By mount(8) and umount(8).</summary>
internal sealed class HostMounts(DashcamConfig config, IProcesses processes) : IMounts
{
    private const string Table = "/proc/self/mountinfo";
    private static readonly TimeSpan UnmountTimeout = TimeSpan.FromSeconds(8);

    private readonly string prefix = config.Camera.MountBase + "-";

    public async Task<string> MountAsync(CameraDevice device, CancellationToken cancellationToken)
    {
        if (MountTable.Parse(await File.ReadAllTextAsync(Table, cancellationToken)).FirstOrDefault(entry => entry.Source == device.Node) is { } elsewhere)
        {
            throw new IOException($"{device.Node} is already mounted at {elsewhere.Path}, by somebody else. Keep the desktop or fstab from mounting the camera.");
        }

        var header = await HeaderAsync(device.Node, cancellationToken);
        var path = prefix + Id(header, device);
        Directory.CreateDirectory(path);

        // FAT's long names are UTF-16; without utf8 the kernel would give other bytes than the names have here.
        var options = "ro,nosuid,nodev,noexec" + (header.Type == "vfat" ? ",utf8" : "");
        string[] type = header.Type is { } known ? ["-t", known] : [];
        try
        {
            var result = await processes.RunAsync(
                new ProgramCall("mount", [.. type, "-o", options, device.Node, path], TimeSpan.FromSeconds(config.Poll.MountTimeoutSeconds)), cancellationToken);
            if (!result.Succeeded)
            {
                throw new IOException($"The camera's volume {device.Node} cannot be mounted: {result.Problem}");
            }

            if (Entries().FirstOrDefault(entry => entry.Path == path) is not { IsReadOnly: true })
            {
                throw new IOException($"mount said that {device.Node} is mounted at {path}, and it is not, or not for reading only.");
            }

            return path;
        }
        catch
        {
            // A mount that was ended half way may be there all the same.
            await UnmountAllAsync(CancellationToken.None);
            RemoveFolder(path);
            throw;
        }
    }

    public IReadOnlyList<string> Mounted() => [.. Entries().Select(entry => entry.Path)];

    public async Task<IReadOnlyList<string>> UnmountAllAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var path in Mounted().Reverse())
        {
            var result = await processes.RunAsync(new ProgramCall("umount", [path], UnmountTimeout), cancellationToken);
            if (Mounted().Contains(path))
            {
                problems.Add($"{path} is still mounted: {result.Problem ?? "umount reported no error"}");
            }

            RemoveFolder(path);
        }

        return problems;
    }

    private IEnumerable<MountTable.Entry> Entries() => MountTable.Parse(File.ReadAllText(Table)).Where(entry => entry.Path.StartsWith(prefix, StringComparison.Ordinal));

    private static string Id(VolumeHeader header, CameraDevice device)
    {
        var id = header.Id.Length > 0 ? header.Id : device.Serial.Length > 0 ? device.Serial : Path.GetFileName(device.Node);
        return new string([.. id.Where(char.IsAsciiLetterOrDigit).Take(40)]) is { Length: > 0 } usable ? usable : "volume";
    }

    private static async Task<VolumeHeader> HeaderAsync(string node, CancellationToken cancellationToken)
    {
        try
        {
            await using var device = new FileStream(node, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 0);
            var head = new byte[VolumeHeader.Bytes];
            return VolumeHeader.Read(head.AsSpan(0, await device.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken)));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"The camera's volume {node} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Only what was mounted there makes a folder ours.</summary>
    private void RemoveFolder(string path)
    {
        try
        {
            if (!Mounted().Contains(path))
            {
                Directory.Delete(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody laid something there.
        }
    }
}
