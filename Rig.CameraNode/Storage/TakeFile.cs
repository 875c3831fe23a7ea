using System.Security.Cryptography;
using Rig.CameraNode.Storage.Mp4;

namespace Rig.CameraNode.Storage;

/// <summary>
/// A take's video file and its index while they grow: whole fragments appended, SHA-256 running along, both flushed to disk by
/// <see cref="Sync"/>. Append from one thread; sync from another.
/// </summary>
internal sealed class TakeFile : IDisposable
{
    private readonly IAppendFile video;
    private readonly IAppendFile index;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long wholeBytes;
    private long durableBytes;

    private TakeFile(IAppendFile video, IAppendFile index)
    {
        this.video = video;
        this.index = index;
    }

    /// <summary>Length of the whole fragments so far.</summary>
    internal long WholeBytes => Volatile.Read(ref wholeBytes);

    /// <summary>How much of them is known to be on the medium.</summary>
    internal long DurableBytes => Volatile.Read(ref durableBytes);

    internal static TakeFile Create(IRecordingFiles files, TakePaths paths)
    {
        var video = files.Create(paths.Video);
        IAppendFile? index = null;
        try
        {
            index = files.Create(paths.Index);
            files.SyncDirectory(paths.RecordingFolder);
            return new TakeFile(video, index);
        }
        catch
        {
            index?.Dispose();
            video.Dispose();
            throw;
        }
    }

    internal void AppendHeader(ReadOnlySpan<byte> header)
    {
        index.Append(FrameIndex.Header());
        AppendWhole(header);
    }

    internal void AppendFragment(ReadOnlySpan<byte> fragment, IReadOnlyList<FragmentBuilder.Sample> samples)
    {
        var records = new byte[samples.Count * FrameIndex.RecordBytes];
        for (var i = 0; i < samples.Count; i++)
        {
            var s = samples[i];
            FrameIndex.Write(records.AsSpan(i * FrameIndex.RecordBytes), new IndexRecord(s.Number, s.MonotonicNs, s.WallNs, WholeBytes, s.SizeBytes, s.IsKey));
        }

        // The index goes first: a repaired take whose video holds a frame then knows its instant.
        index.Append(records);
        AppendWhole(fragment);
    }

    /// <summary>Flushes what was appended before the call.</summary>
    internal void Sync()
    {
        var bytes = WholeBytes;
        video.SyncData();
        index.SyncData();
        Volatile.Write(ref durableBytes, bytes);
    }

    /// <summary>Lower-case hex over the whole fragments; the file goes on growing.</summary>
    internal string Sha256() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public void Dispose()
    {
        video.Dispose();
        index.Dispose();
        hash.Dispose();
    }

    private void AppendWhole(ReadOnlySpan<byte> bytes)
    {
        video.Append(bytes);
        hash.AppendData(bytes);
        Volatile.Write(ref wholeBytes, wholeBytes + bytes.Length);
    }
}
