using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Access;

/// <summary>
/// <see cref="Pairing"/> in a file that only the node's user may read, <c>access/pairing.json</c> beside the settings. The running node
/// and <c>rig-node pair</c> both change it: it is read again at every use, and changed under a lock that both take.
/// </summary>
internal sealed partial class PairingFile(string folder, ILogger log)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int LockExclusive = 2;
    private const int Interrupted = 4;

    /// <summary>Open for reading, which opens a folder too, and not for child processes; the same number on x86-64 and arm64.</summary>
    private const int ReadOnlyCloseOnExec = 0x80000;

    private readonly string path = Path.Combine(folder, "pairing.json");
    private readonly Lock gate = new();
    private byte[] known = [];
    private Pairing? current;

    /// <param name="configPath">The file of <c>/config</c>.</param>
    public static string FolderOf(string configPath) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(configPath))!, "access");

    /// <summary>Made where it is not there. Nobody is known, and nobody can pair, while it cannot be read or made.</summary>
    public Pairing Current
    {
        get
        {
            lock (gate)
            {
                try
                {
                    return Read() ?? Change(fresh => fresh);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
                {
                    if (current != Pairing.Closed)
                    {
                        log.LogError(e, "Nobody is paired: {Path} cannot be used", path);
                        (known, current) = ([], Pairing.Closed);
                    }

                    return Pairing.Closed;
                }
            }
        }
    }

    /// <summary>Keeps a change durably; what others changed since is not lost.</summary>
    /// <exception cref="InvalidDataException">The file is broken or of a newer version; nothing changed.</exception>
    /// <exception cref="IOException">It could not be kept; nothing changed.</exception>
    public Pairing Change(Func<Pairing, Pairing> change)
    {
        lock (gate)
        {
            using var held = Take();
            var before = Read();
            var after = change(before ?? Pairing.Fresh(PairingPin.New()));
            return before == after ? after : Keep(after);
        }
    }

    /// <summary>Pairs a device without a PIN, for who may write this file anyway.</summary>
    /// <exception cref="InvalidDataException">Too many are paired, or the file is broken; nothing changed.</exception>
    /// <exception cref="IOException">It could not be kept; nothing changed.</exception>
    public DeviceToken Pair(string name, string role, DateTimeOffset now)
    {
        var token = DeviceToken.New();
        Change(pairing => pairing.IsFull
            ? throw new InvalidDataException($"{Pairing.MaxDevices} devices are paired already. Remove one first.")
            : pairing.Add(PairedDevice.New(token, name, role, now), PairingPin.New()));
        return token;
    }

    /// <summary>Every device is forgotten, and only who reads the new PIN here can pair. Works on a broken file, too.</summary>
    /// <exception cref="IOException">It could not be kept; nothing changed.</exception>
    public Pairing Reset()
    {
        lock (gate)
        {
            using var held = Take();
            return Keep(Pairing.Reset(PairingPin.New()));
        }
    }

    /// <returns>Null where there is no file.</returns>
    private Pairing? Read()
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        if (current is null || current == Pairing.Closed || !bytes.AsSpan().SequenceEqual(known))
        {
            (current, known) = (Parse(bytes), bytes);
        }

        return current;
    }

    private Pairing Parse(byte[] bytes)
    {
        try
        {
            if (JsonSerializer.Deserialize(bytes, PairingJson.Default.Pairing) is { Version: > 0 and <= Pairing.CurrentVersion, Pin: not null, Devices: not null } pairing)
            {
                return pairing;
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new InvalidDataException($"{path} is no list of paired devices that this version reads. 'rig-node pair --reset' makes a new one; every phone pairs again.");
    }

    private Pairing Keep(Pairing pairing)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(pairing, PairingJson.Default.Pairing);
        DurableFile.Write(path, bytes, OwnerOnly);
        (current, known) = (pairing, bytes);
        return pairing;
    }

    /// <summary>Locks the folder, waiting for another process; FileStream's own locks never wait.</summary>
    private SafeFileHandle Take()
    {
        Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        var held = new SafeFileHandle(Open(folder, ReadOnlyCloseOnExec), ownsHandle: true);
        while (held.IsInvalid || Lock(held, LockExclusive) != 0)
        {
            if (held.IsInvalid || Marshal.GetLastPInvokeError() != Interrupted)
            {
                held.Dispose();
                throw new IOException($"{folder} could not be locked: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }

        return held;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeHandle file, int operation);
}
