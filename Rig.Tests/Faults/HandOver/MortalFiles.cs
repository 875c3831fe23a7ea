using Rig.CameraNode.Storage;
using Rig.Tests.Ingest.Pull;

namespace Rig.Tests.Faults.HandOver;

/// <summary>The steps at which a camera node can be made to die, in the order of a hand-over.</summary>
internal static class NodeSteps
{
    public const string Read = "video read";
    public const string Receipt = "receipt";
    public const string HalfReceipt = "half a receipt";
    public const string Stored = "receipt done";
    public const string Delete = "video delete";
    public const string Deleted = "video delete done";
    public const string FolderSynced = "recording folder sync done";

    public static IReadOnlyList<string> All { get; } = [Read, Receipt, HalfReceipt, Stored, Delete, Deleted, FolderSynced];
}

/// <summary>A node's real files, any of whose steps in a hand-over may be the process's last.</summary>
internal sealed class MortalFiles(IRecordingFiles inner, CrashPoint crash) : IRecordingFiles
{
    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IAppendFile Create(string path) => inner.Create(path);

    public IAppendFile OpenExisting(string path) => inner.OpenExisting(path);

    public void WriteAtomic(string path, ReadOnlySpan<byte> content)
    {
        crash.Step(NodeSteps.Receipt);
        if (crash.Reaches(NodeSteps.HalfReceipt))
        {
            File.WriteAllBytes(path + ".tmp", content[..(content.Length / 2)]);
            crash.Die();
        }

        inner.WriteAtomic(path, content);
        crash.Step(NodeSteps.Stored);
    }

    public void Delete(string path)
    {
        var isVideo = path.EndsWith(".mp4", StringComparison.Ordinal);
        if (isVideo)
        {
            crash.Step(NodeSteps.Delete);
        }

        inner.Delete(path);
        if (isVideo)
        {
            crash.Step(NodeSteps.Deleted);
        }
    }

    public void Move(string from, string to) => inner.Move(from, to);

    public void SyncDirectory(string path)
    {
        inner.SyncDirectory(path);
        crash.Step(NodeSteps.FolderSynced);
    }

    public Stream OpenRead(string path)
    {
        crash.Step(NodeSteps.Read);
        return inner.OpenRead(path);
    }
}
