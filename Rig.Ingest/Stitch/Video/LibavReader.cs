namespace Rig.Ingest.Stitch.Video;

internal sealed unsafe class LibavReader : IVideoReader
{
    private const int LogErrorsFatalOnly = 8;

    private readonly string name;
    private readonly int stream;
    private readonly double secondsPerTick;
    private readonly long startTicks;
    private nint format;
    private nint codec;
    private nint packet;
    private nint next;
    private bool draining;

    private LibavReader(string name, nint format, nint codec, int stream, bool hasAudio)
    {
        (this.name, this.format, this.codec, this.stream) = (name, format, codec, stream);
        HasAudio = hasAudio;
        var s = StreamPointer(format, stream);
        secondsPerTick = (double)*(int*)(s + Libav.StreamTimeBase) / *(int*)(s + Libav.StreamTimeBase + 4);
        startTicks = *(long*)(s + Libav.StreamStartTime);
        startTicks = startTicks == Libav.NoTimestamp ? 0 : startTicks;
        var duration = *(long*)(s + Libav.StreamDuration);
        DurationSeconds = duration > 0 ? duration * secondsPerTick : 0;
        var (rate, per) = (*(int*)(s + Libav.StreamAverageFrameRate), *(int*)(s + Libav.StreamAverageFrameRate + 4));
        FramesPerSecond = rate > 0 && per > 0 ? (double)rate / per : 25;
        var parameters = *(byte**)(s + Libav.StreamCodecParameters);
        Width = *(int*)(parameters + Libav.ParametersWidth);
        Height = *(int*)(parameters + Libav.ParametersHeight);
        packet = Libav.av_packet_alloc();
    }

    public int Width { get; }

    public int Height { get; }

    public double FramesPerSecond { get; }

    public double DurationSeconds { get; }

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
        if (next == 0)
        {
            next = Libav.av_frame_alloc();
        }

        while (true)
        {
            var received = Libav.avcodec_receive_frame(codec, next);
            if (received == 0)
            {
                var frame = new LibavFrame(next, secondsPerTick, startTicks);
                next = 0;
                return frame.IsYuv420 && frame.Width == Width && frame.Height == Height
                    ? frame
                    : throw Unsupported(frame);
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

    public void Seek(double seconds)
    {
        var ticks = startTicks + (long)Math.Floor(seconds / secondsPerTick);
        Check(Libav.av_seek_frame(format, stream, ticks, Libav.SeekBackward), name, "cannot be searched by time");
        Libav.avcodec_flush_buffers(codec);
        draining = false;
    }

    public void Dispose()
    {
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

    private static byte* StreamPointer(nint format, int stream) => (*(byte***)(format + Libav.FormatContextStreams))[stream];

    private static int Check(int code, string name, string problem) =>
        code >= 0 ? code : throw new InvalidDataException($"The file {name} {problem}: {Libav.Error(code)}.");

    private InvalidDataException Unsupported(LibavFrame frame)
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

        public LibavFrame(nint frame, double secondsPerTick, long startTicks)
        {
            this.frame = frame;
            var p = (byte*)frame;
            Width = *(int*)(p + Libav.FrameWidth);
            Height = *(int*)(p + Libav.FrameHeight);
            IsYuv420 = *(int*)(p + Libav.FrameFormat) is Libav.PixelFormatYuv420P or Libav.PixelFormatYuvJ420P;
            Seconds = (*(long*)(p + Libav.FrameBestEffortTimestamp) - startTicks) * secondsPerTick;
            Y = ((byte**)p)[0];
            U = ((byte**)p)[1];
            V = ((byte**)p)[2];
            StrideY = ((int*)(p + Libav.FrameLineSize))[0];
            StrideC = ((int*)(p + Libav.FrameLineSize))[1];
        }

        public bool IsYuv420 { get; }

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
