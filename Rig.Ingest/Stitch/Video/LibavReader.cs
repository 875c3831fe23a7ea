using Rig.Media;

namespace Rig.Ingest.Stitch.Video;

internal sealed unsafe class LibavReader : IVideoReader
{
    private const int LogErrorsFatalOnly = 8;

    /// <summary>How much further back a search begins again, each time that it led too far.</summary>
    private static readonly double[] SeekBackSeconds = [0, 1, 5, 20, 100, double.MaxValue];

    private readonly string name;
    private readonly int stream;
    private readonly double secondsPerTick;
    private readonly long startTicks;
    private nint format;
    private nint codec;
    private nint packet;
    private nint next;
    private bool draining;
    private double expected;

    /// <summary>The first picture after a search.</summary>
    private LibavFrame? peeked;

    private LibavReader(string name, nint format, nint codec, int stream, bool hasAudio)
    {
        (this.name, this.format, this.codec, this.stream) = (name, format, codec, stream);
        HasAudio = hasAudio;
        var s = StreamPointer(format, stream);
        secondsPerTick = (double)*(int*)(s + Libav.StreamTimeBase) / *(int*)(s + Libav.StreamTimeBase + 4);
        startTicks = *(long*)(s + Libav.StreamStartTime);
        startTicks = startTicks == Libav.NoTimestamp ? 0 : startTicks;
        var (rate, per) = (*(int*)(s + Libav.StreamAverageFrameRate), *(int*)(s + Libav.StreamAverageFrameRate + 4));
        FramesPerSecond = rate > 0 && per > 0 ? (double)rate / per : 25;
        var parameters = *(byte**)(s + Libav.StreamCodecParameters);
        Width = *(int*)(parameters + Libav.ParametersWidth);
        Height = *(int*)(parameters + Libav.ParametersHeight);
        var fileStart = *(long*)(format + Libav.FormatContextStartTime);
        FirstSeconds = startTicks * secondsPerTick;
        var leadSeconds = fileStart == Libav.NoTimestamp ? 0 : Math.Max(0, FirstSeconds - (fileStart / Libav.ContainerTicksPerSecond));
        packet = Libav.av_packet_alloc();
        var (own, whole) = (*(long*)(s + Libav.StreamDuration), *(long*)(format + Libav.FormatContextDuration));
        DurationSeconds = own > 0 ? own * secondsPerTick
            : whole > 0 ? Math.Max(0, (whole / Libav.ContainerTicksPerSecond) - leadSeconds)
            : CountSeconds();
        Stored = new VideoFacts("", Width, Height, FramesPerSecond, DurationSeconds, FirstSeconds, leadSeconds, FormOf(format, s, parameters));
    }

    /// <summary>What the file says of its pictures. They are only given out by this reader where they need no conversion.</summary>
    public VideoFacts Stored { get; }

    public int Width { get; }

    public int Height { get; }

    public double FramesPerSecond { get; }

    public double DurationSeconds { get; }

    public double FirstSeconds { get; }

    public bool HasAudio { get; }

    public static LibavReader Open(string path)
    {
        Libav.av_log_set_level(LogErrorsFatalOnly);
        var name = Path.GetFileName(path);
        nint format = 0, decoder = 0, codec = 0;
        // 'file:' keeps a file name from being read as a protocol.
        Check(Libav.avformat_open_input(&format, "file:" + path, 0, 0), name, "is not a video file");
        try
        {
            Check(Libav.avformat_find_stream_info(format, 0), name, "cannot be read");
            var stream = Check(Libav.av_find_best_stream(format, Libav.MediaTypeVideo, -1, -1, &decoder, 0), name, "holds no video that can be decoded");
            var hasAudio = Libav.av_find_best_stream(format, Libav.MediaTypeAudio, -1, -1, null, 0) >= 0;
            codec = Libav.avcodec_alloc_context3(decoder);
            var parameters = *(nint*)(StreamPointer(format, stream) + Libav.StreamCodecParameters);
            Check(Libav.avcodec_parameters_to_context(codec, parameters), name, "cannot be decoded");
            Check(Libav.av_opt_set_int(codec, "threads", Math.Min(4, Environment.ProcessorCount), 0), name, "cannot be decoded");
            Check(Libav.avcodec_open2(codec, decoder, 0), name, "cannot be decoded");
            return new LibavReader(name, format, codec, stream, hasAudio);
        }
        catch
        {
            Libav.avcodec_free_context(&codec);
            Libav.avformat_close_input(&format);
            throw;
        }
    }

    public VideoFrame? Read()
    {
        ObjectDisposedException.ThrowIf(format == 0, this);
        var frame = Interlocked.Exchange(ref peeked, null) ?? Decode();
        if (frame is { IsYuv420: false } || (frame is not null && (frame.Width != Width || frame.Height != Height)))
        {
            throw Unsupported(frame);
        }

        return frame;
    }

    public void Seek(double seconds)
    {
        // Containers without an index may lead to a later key frame than was asked for.
        foreach (var earlier in SeekBackSeconds)
        {
            SeekNear(Math.Max(0, seconds - earlier));
            if (PeekReaches(seconds) || earlier >= seconds)
            {
                break;
            }
        }

        if (peeked?.Seconds > seconds + (0.5 / FramesPerSecond) && Libav.av_seek_frame(format, stream, 0, Libav.SeekByte) >= 0)
        {
            // Nor do they find their own first picture by its time.
            Restart();
            _ = PeekReaches(seconds);
        }
    }

    /// <summary>Decodes the first picture from here on.</summary>
    private bool PeekReaches(double seconds)
    {
        Interlocked.Exchange(ref peeked, Decode())?.Dispose();
        return peeked?.Seconds <= seconds + (0.5 / FramesPerSecond);
    }

    private LibavFrame? Decode()
    {
        if (next == 0)
        {
            next = Libav.av_frame_alloc();
        }

        while (true)
        {
            var received = Libav.avcodec_receive_frame(codec, next);
            if (received == 0)
            {
                // Streams without a container have no times.
                var frame = new LibavFrame(next, LibavFrame.TimeOf(next) is { } ticks ? (ticks - startTicks) * secondsPerTick : expected);
                expected = frame.Seconds + (1 / FramesPerSecond);
                next = 0;
                return frame;
            }

            if (received == Libav.ErrorEndOfFile)
            {
                return null;
            }

            if (received == Libav.ErrorAgain)
            {
                Feed();
            }

            // Any other error belongs to one damaged picture; the decoder goes on with the next.
        }
    }

    private void SeekNear(double seconds)
    {
        var ticks = startTicks + (long)Math.Floor(seconds / secondsPerTick);
        if (Libav.av_seek_frame(format, stream, ticks, Libav.SeekBackward) < 0)
        {
            // A stream without times can only be read from its first byte.
            Check(Libav.av_seek_frame(format, stream, 0, Libav.SeekByte), name, "cannot be searched by time");
            expected = 0;
        }

        Restart();
    }

    private void Restart()
    {
        Libav.avcodec_flush_buffers(codec);
        draining = false;
    }

    public void Dispose()
    {
        Interlocked.Exchange(ref peeked, null)?.Dispose();
        var (f, c, p, n) = (format, codec, packet, next);
        (format, codec, packet, next) = (0, 0, 0, 0);
        if (f != 0)
        {
            Libav.av_frame_free(&n);
            Libav.av_packet_free(&p);
            Libav.avcodec_free_context(&c);
            Libav.avformat_close_input(&f);
        }
    }

    private static PictureForm FormOf(nint format, byte* stream, byte* parameters)
    {
        nuint size = 0;
        var matrix = (int*)Libav.av_stream_get_side_data((nint)stream, Libav.SideDataDisplayMatrix, &size);
        var hasMatrix = matrix is not null && size >= 9 * sizeof(int);
        var aspect = Libav.av_guess_sample_aspect_ratio(format, (nint)stream, 0);
        return new PictureForm(
            Libav.Name(Libav.av_get_pix_fmt_name(*(int*)(parameters + Libav.ParametersFormat))),
            aspect is { Numerator: > 0, Denominator: > 0 } ? (double)aspect.Numerator / aspect.Denominator : 1,
            Libav.Name(Libav.av_color_range_name(*(int*)(parameters + Libav.ParametersColorRange))),
            Libav.Name(Libav.av_color_space_name(*(int*)(parameters + Libav.ParametersColorSpace))),
            Libav.Name(Libav.av_color_transfer_name(*(int*)(parameters + Libav.ParametersColorTransfer))),
            hasMatrix ? Libav.av_display_rotation_get(matrix) : 0,
            hasMatrix && !(matrix[0] > 0 && matrix[1] == 0 && matrix[3] == 0 && matrix[4] > 0));
    }

    /// <summary>Reads every packet, and goes back to the first.</summary>
    private double CountSeconds()
    {
        var (last, count) = (long.MinValue, 0L);
        while (Libav.av_read_frame(format, packet) >= 0)
        {
            var time = *(long*)(packet + Libav.PacketTime);
            if (*(int*)(packet + Libav.PacketStreamIndex) == stream)
            {
                count++;
                last = time == Libav.NoTimestamp ? last : Math.Max(last, time + Math.Max(0, *(long*)(packet + Libav.PacketDuration)));
            }

            Libav.av_packet_unref(packet);
        }

        SeekNear(0);
        return last == long.MinValue ? count / FramesPerSecond : Math.Max(0, (last - startTicks) * secondsPerTick);
    }

    private static byte* StreamPointer(nint format, int stream) => (*(byte***)(format + Libav.FormatContextStreams))[stream];

    private static int Check(int code, string name, string problem) =>
        code >= 0 ? code : throw new InvalidDataException($"The file {name} {problem}: {Libav.Error(code)}.");

    private InvalidDataException Unsupported(VideoFrame frame)
    {
        frame.Dispose();
        return new InvalidDataException($"The file {name} holds pictures that are not {Width}x{Height} 8-bit 4:2:0; record or convert it to that.");
    }

    private void Feed()
    {
        while (!draining)
        {
            if (Libav.av_read_frame(format, packet) < 0)
            {
                // A torn tail reads as the end.
                draining = true;
                _ = Libav.avcodec_send_packet(codec, 0);
                return;
            }

            var ours = *(int*)(packet + Libav.PacketStreamIndex) == stream;
            if (ours)
            {
                _ = Libav.avcodec_send_packet(codec, packet);
            }

            Libav.av_packet_unref(packet);
            if (ours)
            {
                return;
            }
        }
    }

    private sealed class LibavFrame : VideoFrame
    {
        private nint frame;

        public LibavFrame(nint frame, double seconds)
        {
            this.frame = frame;
            var p = (byte*)frame;
            Width = *(int*)(p + Libav.FrameWidth);
            Height = *(int*)(p + Libav.FrameHeight);
            IsYuv420 = *(int*)(p + Libav.FrameFormat) is Libav.PixelFormatYuv420P or Libav.PixelFormatYuvJ420P;
            Seconds = seconds;
            Y = ((byte**)p)[0];
            U = ((byte**)p)[1];
            V = ((byte**)p)[2];
            StrideY = ((int*)(p + Libav.FrameLineSize))[0];
            StrideC = ((int*)(p + Libav.FrameLineSize))[1];
        }

        public bool IsYuv420 { get; }

        public static long? TimeOf(nint frame) => *(long*)(frame + Libav.FrameBestEffortTimestamp) is var ticks && ticks != Libav.NoTimestamp ? ticks : null;

        public override void Dispose()
        {
            var owned = Interlocked.Exchange(ref frame, 0);
            if (owned != 0)
            {
                Y = U = V = null;
                Libav.av_frame_free(&owned);
            }
        }
    }
}
