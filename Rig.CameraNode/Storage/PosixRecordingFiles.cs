using Microsoft.Win32.SafeHandles;
using Rig.CameraNode.Native;

namespace Rig.CameraNode.Storage;

internal sealed class PosixRecordingFiles : IRecordingFiles
{
    public void CreateDirectory(string path)
    {
        if (Path.GetDirectoryName(path) is not { Length: > 0 } parent)
        {
            return;
        }

        if (!Directory.Exists(path))
        {
            CreateDirectory(parent);
            Directory.CreateDirectory(path);
        }

        // Also where it exists: an earlier run may have been killed, or its flush may have failed, just after making it.
        Posix.SyncDirectory(parent);
    }

    public IAppendFile Create(string path) => new AppendFile(Posix.CreateNew(path), path, 0);

    public IAppendFile OpenExisting(string path)
    {
        var handle = Posix.OpenExisting(path);
        return new AppendFile(handle, path, RandomAccess.GetLength(handle));
    }

    public void WriteAtomic(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + ".tmp";
        File.Delete(temporary);
        using (var file = Posix.CreateNew(temporary))
        {
            Posix.WriteAt(file, temporary, content, 0);
            Posix.SyncData(file, temporary);
        }

        File.Move(temporary, path, overwrite: true);
        Posix.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    public void Delete(string path) => File.Delete(path);

    public void Move(string from, string to)
    {
        File.Move(from, to, overwrite: false);
        Posix.SyncDirectory(Path.GetDirectoryName(to)!);
        Posix.SyncDirectory(Path.GetDirectoryName(from)!);
    }

    public void SyncDirectory(string path) => Posix.SyncDirectory(path);

    private sealed class AppendFile(SafeFileHandle handle, string path, long length) : IAppendFile
    {
        private long length = length;

        public string Path => path;

        public long Length => Volatile.Read(ref length);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            Posix.WriteAt(handle, path, bytes, length);
            Volatile.Write(ref length, length + bytes.Length);
        }

        public void SyncData() => Posix.SyncData(handle, path);

        public void Truncate(long newLength)
        {
            Posix.Truncate(handle, path, newLength);
            Volatile.Write(ref length, newLength);
        }

        public void Dispose() => handle.Dispose();
    }
}
