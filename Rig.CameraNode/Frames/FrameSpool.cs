using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Frames;

/// <summary>
/// Pictures on disk until the server has them, one file each: <c>NUMBER-baseline.frame</c> or <c>NUMBER-burst.frame</c>, a header's
/// length (4 bytes, big-endian), the header as JSON, the JPEG. A file is there as a whole or not at all; before one is deleted the count
/// of pictures is durable, so that its number is not given again. Used by one thread.
/// </summary>
internal sealed class FrameSpool
{
    private const string CountFile = "next-seq";
    private const string Baseline = "-baseline.frame";
    private const string Burst = "-burst.frame";
    private const int MaxRejected = 20;
    private const UnixFileMode FileMode600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly string folder;
    private readonly string rejected;
    private long counted;

    /// <exception cref="IOException">The folder cannot be made or read.</exception>
    public FrameSpool(string folder)
    {
        (this.folder, rejected) = (folder, Path.Combine(folder, "rejected"));
        DurableFile.CreateDirectory(folder);
        foreach (var torn in Directory.EnumerateFiles(folder, "*.tmp"))
        {
            File.Delete(torn);
        }

        counted = File.Exists(Path.Combine(folder, CountFile)) && long.TryParse(File.ReadAllText(Path.Combine(folder, CountFile)), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
        State = SpoolState.Recover(Directory.EnumerateFiles(folder, "*.frame").Select(EntryOf).OfType<SpoolEntry>(), counted);
    }

    public SpoolState State { get; private set; }

    public long FreeBytes => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Gives the picture the next number and writes it, after making room.</summary>
    /// <returns>How many pictures were dropped for it.</returns>
    /// <exception cref="IOException">It is not written, and no number is used.</exception>
    public int Add(TakenPicture picture, string bootId, long maxBytes, long? inHand)
    {
        var drop = State.ToDrop(picture.Jpeg.Length, maxBytes, inHand);
        foreach (var entry in drop)
        {
            Remove(entry.Seq);
        }

        Write(new SpooledFrame(
            new SpoolHeader(State.NextSeq, picture.At, picture.MonotonicMs, bootId, picture.IsBurst, picture.Width, picture.Height, picture.Quality), picture.Jpeg));
        return drop.Count;
    }

    /// <returns>Null where its file is damaged: it is moved aside.</returns>
    public SpooledFrame? Read(SpoolEntry entry)
    {
        try
        {
            var bytes = File.ReadAllBytes(PathOf(entry));
            var length = bytes.Length >= 4 ? BinaryPrimitives.ReadInt32BigEndian(bytes) : -1;
            if (length is > 0 and < 65536 && 4 + length < bytes.Length && JsonSerializer.Deserialize(bytes.AsSpan(4, length), SpoolJson.Default.SpoolHeader) is { } header)
            {
                return new SpooledFrame(header with { Seq = entry.Seq }, bytes[(4 + length)..]);
            }
        }
        catch (Exception e) when (e is JsonException or FileNotFoundException)
        {
        }

        Reject(entry.Seq);
        return null;
    }

    /// <summary>The server has it, or it is dropped.</summary>
    public void Remove(long seq)
    {
        if (State.Entries.TryGetValue(seq, out var entry))
        {
            SaveCount();
            File.Delete(PathOf(entry));
            State = State.Without(seq);
        }
    }

    /// <summary>The server will never take it: it is kept aside for a person to look at.</summary>
    public void Reject(long seq)
    {
        if (State.Entries.TryGetValue(seq, out var entry))
        {
            SaveCount();
            Directory.CreateDirectory(rejected);
            if (File.Exists(PathOf(entry)))
            {
                File.Move(PathOf(entry), Path.Combine(rejected, Path.GetFileName(PathOf(entry))), overwrite: true);
            }

            foreach (var old in Directory.EnumerateFiles(rejected).Order(StringComparer.Ordinal).SkipLast(MaxRejected).ToList())
            {
                File.Delete(old);
            }

            State = State.Without(seq);
        }
    }

    /// <summary>Another picture has this one's number on the server, so that this one gets a new number.</summary>
    public void Renumber(long seq)
    {
        if (State.Entries.TryGetValue(seq, out var entry) && Read(entry) is { } frame)
        {
            Write(frame with { Header = frame.Header with { Seq = State.NextSeq } });
            Remove(seq);
        }
    }

    /// <inheritdoc cref="SpoolState.After"/>
    public void GoOnAfter(long lastSeq) => State = State.After(lastSeq);

    private void Write(SpooledFrame frame)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(frame.Header, SpoolJson.Default.SpoolHeader);
        var bytes = new byte[4 + header.Length + frame.Jpeg.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, header.Length);
        header.CopyTo(bytes, 4);
        frame.Jpeg.CopyTo(bytes, 4 + header.Length);
        var entry = new SpoolEntry(frame.Header.Seq, frame.Header.IsBurst, bytes.Length);
        if (FreeBytes - bytes.Length < FrameDeviceOptions.LeastFreeBytes)
        {
            throw new IOException("The disk is full.");
        }

        DurableFile.Write(PathOf(entry), bytes, FileMode600);
        State = State.With(entry);
    }

    private void SaveCount()
    {
        if (counted < State.NextSeq)
        {
            DurableFile.Write(Path.Combine(folder, CountFile), System.Text.Encoding.ASCII.GetBytes(State.NextSeq.ToString(CultureInfo.InvariantCulture)), FileMode600);
            counted = State.NextSeq;
        }
    }

    private string PathOf(SpoolEntry entry) => Path.Combine(folder, entry.Seq.ToString("D19", CultureInfo.InvariantCulture) + (entry.IsBurst ? Burst : Baseline));

    private static SpoolEntry? EntryOf(string path)
    {
        var name = Path.GetFileName(path);
        var (burst, baseline) = (name.EndsWith(Burst, StringComparison.Ordinal), name.EndsWith(Baseline, StringComparison.Ordinal));
        return (burst || baseline) && long.TryParse(name[..^(burst ? Burst : Baseline).Length], NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
            ? new SpoolEntry(seq, burst, new FileInfo(path).Length)
            : null;
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SpoolHeader))]
internal sealed partial class SpoolJson : JsonSerializerContext;
