using Rig.Domain.Identity;
using Rig.Ingest.Pull;
using Rig.Ingest.Storage;

namespace Rig.Tests.Ingest.Pull;

/// <summary>The steps at which a pulling server can be made to die, in the order of a hand-over.</summary>
internal static class ServerSteps
{
    public const string Manifest = "manifest";
    public const string Range = "range";
    public const string Open = "part open";
    public const string Write = "part write";
    public const string Written = "part write done";
    public const string Sync = "part sync";
    public const string Synced = "part sync done";
    public const string Commit = "commit";
    public const string Folder = "take folder";
    public const string ManifestFile = "manifest file";
    public const string Rename = "rename";
    public const string FolderSync = "take folder sync";
    public const string FolderSynced = "take folder sync done";
    public const string Committed = "commit done";
    public const string Confirm = "confirm";
    public const string Confirmed = "confirm done";
    public const string Mark = "mark confirmed";
    public const string Marked = "mark confirmed done";

    public static IReadOnlyList<string> All { get; } =
        [Manifest, Range, Open, Write, Written, Sync, Synced, Commit, Folder, ManifestFile, Rename, FolderSync, FolderSynced, Committed, Confirm, Confirmed, Mark, Marked];
}

/// <summary>The steps within a hand-over; its transaction dies with the process.</summary>
internal sealed class MortalDisk(CrashPoint crash) : TakeDisk
{
    public override void CreateDirectory(string path)
    {
        crash.Step(ServerSteps.Folder);
        base.CreateDirectory(path);
    }

    public override void WriteFile(string path, ReadOnlySpan<byte> bytes)
    {
        crash.Step(ServerSteps.ManifestFile);
        base.WriteFile(path, bytes);
    }

    public override void Move(string from, string to)
    {
        crash.Step(ServerSteps.Rename);
        base.Move(from, to);
    }

    public override void SyncDirectory(string path)
    {
        crash.Step(ServerSteps.FolderSync);
        base.SyncDirectory(path);
        crash.Step(ServerSteps.FolderSynced);
    }

    public override void Delete(string path)
    {
        crash.Step("delete");
        base.Delete(path);
    }
}

internal sealed class MortalNode(INode inner, CrashPoint crash) : INode
{
    public Task<byte[]> GetManifestAsync(RemoteTake take, CancellationToken cancellationToken) =>
        crash.AroundAsync(ServerSteps.Manifest, () => inner.GetManifestAsync(take, cancellationToken));

    public Task<HttpResponseMessage> OpenRangeAsync(RemoteTake take, long offset, long length, CancellationToken cancellationToken) =>
        crash.AroundAsync(ServerSteps.Range, () => inner.OpenRangeAsync(take, offset, length, cancellationToken));

    public Task ConfirmAsync(RemoteTake take, string fileName, CancellationToken cancellationToken) => crash.AroundAsync(ServerSteps.Confirm, async () =>
    {
        await inner.ConfirmAsync(take, fileName, cancellationToken);
        return 0;
    });
}

internal sealed class MortalVault(ITakeVault inner, CrashPoint crash) : ITakeVault
{
    public Task<Receipt?> FindAsync(TakeId id, CancellationToken cancellationToken) => crash.AroundAsync("find", () => inner.FindAsync(id, cancellationToken));

    public bool IsWhole(Receipt receipt)
    {
        crash.Step("look");
        return inner.IsWhole(receipt);
    }

    public Task<CommitResult> CommitAsync(ArrivedTake take, CancellationToken cancellationToken) =>
        crash.AroundAsync(ServerSteps.Commit, () => inner.CommitAsync(take, cancellationToken));

    public Task MarkConfirmedAsync(TakeId id, CancellationToken cancellationToken) => crash.AroundAsync(ServerSteps.Mark, async () =>
    {
        await inner.MarkConfirmedAsync(id, cancellationToken);
        return 0;
    });
}

internal sealed class MortalParts(IPartStore inner, CrashPoint crash) : IPartStore
{
    public long LengthOf(string path) => inner.LengthOf(path);

    public IPartFile Open(string path)
    {
        crash.Step(ServerSteps.Open);
        return new MortalPart(inner.Open(path), crash);
    }

    public void Delete(string path)
    {
        crash.Step("part delete");
        inner.Delete(path);
    }

    public IEnumerable<(string Path, DateTimeOffset WrittenAt)> In(string folder) => inner.In(folder);

    public bool TryDelete(string path)
    {
        crash.Step("part delete");
        return inner.TryDelete(path);
    }

    /// <summary>Dying at a write leaves half of it.</summary>
    private sealed class MortalPart(IPartFile inner, CrashPoint crash) : IPartFile
    {
        public long Length => inner.Length;

        public void Clear()
        {
            crash.Step("part clear");
            inner.Clear();
        }

        public int Read(Span<byte> buffer, long offset)
        {
            crash.Step("part read");
            return inner.Read(buffer, offset);
        }

        public ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
        {
            crash.Step("part read");
            return inner.ReadAsync(buffer, offset, cancellationToken);
        }

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
        {
            if (crash.Reaches(ServerSteps.Write))
            {
                await inner.WriteAsync(bytes[..(bytes.Length / 2)], offset, cancellationToken);
                crash.Die();
            }

            await inner.WriteAsync(bytes, offset, cancellationToken);
            crash.Step(ServerSteps.Written);
        }

        public void Sync()
        {
            crash.Step(ServerSteps.Sync);
            inner.Sync();
            crash.Step(ServerSteps.Synced);
        }

        public void Dispose() => inner.Dispose();
    }
}
