using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Rig.Ingest.Renditions;

/// <param name="Offset">Of its first byte in the file.</param>
/// <param name="BeginsWithKey">Whether its first sample can be decoded without those before it.</param>
internal sealed record Fragment(long Offset, long SizeBytes, double StartSeconds, double DurationSeconds, bool BeginsWithKey);

/// <summary>
/// What a fragmented MP4 file of one track holds (ISO/IEC 14496-12), read from its boxes and from nothing that wrote them: the
/// playlists are made of it, and the check of a finished rendition reads it again.
/// </summary>
/// <param name="InitBytes">Length of <c>ftyp</c> and <c>moov</c>, which begin the file.</param>
/// <param name="CodecString">By RFC 6381.</param>
/// <param name="Width">0 for sound.</param>
internal sealed record FragmentedFile(long InitBytes, string CodecString, int Width, int Height, IReadOnlyList<Fragment> Fragments, long SizeBytes)
{
    private const int MaxHeadBytes = 16 << 20;
    private const uint NonSync = 0x10000;

    public double DurationSeconds => Fragments.Sum(fragment => fragment.DurationSeconds);

    /// <summary>Bits a second of the worst fragment, rounded up.</summary>
    public long PeakBitsPerSecond => (long)Math.Ceiling(Fragments.Max(fragment => fragment.SizeBytes * 8 / fragment.DurationSeconds));

    public long AverageBitsPerSecond => (long)Math.Ceiling(Fragments.Sum(fragment => fragment.SizeBytes) * 8 / DurationSeconds);

    /// <exception cref="InvalidDataException">Not such a file; the message says where.</exception>
    public static FragmentedFile Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 12, FileOptions.RandomAccess);
        var head = new byte[16];
        var (offset, init) = (0L, 0L);
        Movie? movie = null;
        var fragments = new List<Fragment>();
        (long Offset, Moof Moof)? open = null;
        while (offset < stream.Length)
        {
            stream.Position = offset;
            stream.ReadExactly(head.AsSpan(0, 8));
            long size = BinaryPrimitives.ReadUInt32BigEndian(head);
            var type = Encoding.ASCII.GetString(head, 4, 4);
            if (size == 1)
            {
                stream.ReadExactly(head.AsSpan(8, 8));
                size = BinaryPrimitives.ReadInt64BigEndian(head.AsSpan(8));
            }

            if (size < 8 || offset + size > stream.Length)
            {
                throw new InvalidDataException(Text($"The box '{type}' at byte {offset} goes beyond the file's end."));
            }

            switch (type)
            {
                case "moov":
                    movie = Movie.Parse(Body(stream, offset, size));
                    init = offset + size;
                    break;
                case "styp" or "sidx" or "prft" or "emsg" when open is null:
                    break;
                case "moof":
                    open = (offset, Moof.Parse(Body(stream, offset, size), movie ?? throw new InvalidDataException("A fragment comes before the file's head.")));
                    break;
                case "mdat" when open is { } begun:
                    fragments.Add(new Fragment(begun.Offset, offset + size - begun.Offset, begun.Moof.StartSeconds, begun.Moof.DurationSeconds, begun.Moof.BeginsWithKey));
                    open = null;
                    break;
                default:
                    break;
            }

            offset += size;
        }

        return movie is null || fragments.Count == 0 || open is not null
            ? throw new InvalidDataException("The file has no head, no fragment, or a torn last one.")
            : new FragmentedFile(init, movie.CodecString, movie.Width, movie.Height, fragments, stream.Length);
    }

    private static byte[] Body(Stream stream, long offset, long size)
    {
        if (size > MaxHeadBytes)
        {
            throw new InvalidDataException(Text($"The box at byte {offset} is larger than any head."));
        }

        var bytes = new byte[size - 8];
        stream.Position = offset + 8;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record Movie(uint Timescale, uint DefaultDuration, uint DefaultFlags, string CodecString, int Width, int Height)
    {
        public static Movie Parse(byte[] moov)
        {
            var tracks = Boxes.In(moov).Where(box => box.Type == "trak").ToList();
            if (tracks.Count != 1)
            {
                throw new InvalidDataException(Text($"The file has {tracks.Count} tracks where CMAF has one."));
            }

            var media = Boxes.One(tracks[0].Body.Span, "mdia");
            var mdhd = Boxes.One(media.Span, "mdhd").Span;
            var timescale = BinaryPrimitives.ReadUInt32BigEndian(mdhd[(mdhd[0] == 1 ? 20 : 12)..]);
            var trex = Boxes.One(Boxes.One(moov, "mvex").Span, "trex").Span;
            var stsd = Boxes.One(Boxes.One(Boxes.One(media.Span, "minf").Span, "stbl").Span, "stsd")[8..];
            var entry = Boxes.In(stsd.Span)[0];
            var (codec, width, height) = SampleEntry.Read(entry.Type, entry.Body.Span);
            return new Movie(timescale, BinaryPrimitives.ReadUInt32BigEndian(trex[12..]), BinaryPrimitives.ReadUInt32BigEndian(trex[20..]), codec, width, height);
        }
    }

    private sealed record Moof(double StartSeconds, double DurationSeconds, bool BeginsWithKey)
    {
        public static Moof Parse(byte[] moof, Movie movie)
        {
            var traf = Boxes.One(moof, "traf");
            var tfhd = Boxes.One(traf.Span, "tfhd").Span;
            var flags = BinaryPrimitives.ReadUInt32BigEndian(tfhd) & 0xFFFFFF;
            var at = 8 + ((flags & 1) != 0 ? 8 : 0) + ((flags & 2) != 0 ? 4 : 0);
            var (duration, sampleFlags) = (movie.DefaultDuration, movie.DefaultFlags);
            if ((flags & 8) != 0)
            {
                duration = BinaryPrimitives.ReadUInt32BigEndian(tfhd[at..]);
                at += 4;
            }

            at += (flags & 0x10) != 0 ? 4 : 0;
            sampleFlags = (flags & 0x20) != 0 ? BinaryPrimitives.ReadUInt32BigEndian(tfhd[at..]) : sampleFlags;
            var tfdt = Boxes.One(traf.Span, "tfdt").Span;
            var start = tfdt[0] == 1 ? BinaryPrimitives.ReadUInt64BigEndian(tfdt[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tfdt[4..]);
            var (total, firstFlags) = (0UL, (uint?)null);
            foreach (var run in Boxes.In(traf.Span).Where(box => box.Type == "trun"))
            {
                var (length, first) = Run(run.Body.Span, duration, sampleFlags);
                total += length;
                firstFlags ??= first;
            }

            return new Moof(start / (double)movie.Timescale, total / (double)movie.Timescale, ((firstFlags ?? NonSync) & NonSync) == 0);
        }

        private static (ulong Duration, uint FirstFlags) Run(ReadOnlySpan<byte> trun, uint duration, uint sampleFlags)
        {
            var flags = BinaryPrimitives.ReadUInt32BigEndian(trun) & 0xFFFFFF;
            var count = BinaryPrimitives.ReadUInt32BigEndian(trun[4..]);
            var at = 8 + ((flags & 1) != 0 ? 4 : 0);
            var first = sampleFlags;
            if ((flags & 4) != 0)
            {
                first = BinaryPrimitives.ReadUInt32BigEndian(trun[at..]);
                at += 4;
            }

            var (hasDuration, hasSize, hasFlags, hasOffset) = ((flags & 0x100) != 0, (flags & 0x200) != 0, (flags & 0x400) != 0, (flags & 0x800) != 0);
            var total = 0UL;
            for (var i = 0; i < count; i++)
            {
                total += hasDuration ? BinaryPrimitives.ReadUInt32BigEndian(trun[at..]) : duration;
                at += (hasDuration ? 4 : 0) + (hasSize ? 4 : 0);
                if (i == 0 && hasFlags)
                {
                    first = BinaryPrimitives.ReadUInt32BigEndian(trun[at..]);
                }

                at += (hasFlags ? 4 : 0) + (hasOffset ? 4 : 0);
            }

            return (total, first);
        }
    }
}
