using Rig.CameraNode.Imaging;
using Rig.CameraNode.Native;
using Rig.CameraNode.V4l2;
using static Rig.CameraNode.V4l2.V4l2Api;

namespace Rig.CameraNode.Encoding.V4l2;

/// <summary>
/// A V4L2 stateful memory-to-memory encoder (Linux media documentation, "Memory-to-Memory Stateful Video Encoder Interface").
/// Where camera and encoder agree on the picture's layout it reads the camera's own memory by dma-buf, else it gets copies.
/// </summary>
/// <remarks>
/// One thread takes everything back from the driver. When the driver reports an error, both queues are stopped and started again:
/// the pictures inside are lost, the next is a key frame. <see cref="MaxRecoveries"/> in a row without a picture end the encoder.
/// </remarks>
internal sealed class V4l2Encoder : IVideoEncoder
{
    private const int InputBuffers = 6;
    private const int OutputBuffers = 6;
    private const int MaxRecoveries = 3;
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly V4l2Device device;
    private readonly V4l2Queue input;
    private readonly V4l2Queue output;
    private readonly AccessUnitCompleter? completer;
    private readonly Queue<int> freeInputs = [];
    private readonly LivePicture?[] lent = new LivePicture?[32];
    private readonly object gate = new();
    private readonly ManualResetEventSlim drained = new();
    private Thread? reader;
    private Action<CodedPicture>? onUnit;
    private volatile string? lastError;
    private volatile bool failed;
    private volatile bool closing;
    private bool stopping;

    /// <summary>The input buffer that the writing thread fills now; -1 for none. It stays the writer's through a restart.</summary>
    private int inHand = -1;
    private int given;
    private int returned;
    private int recoveriesWithoutPicture;

    /// <param name="info">As discovery found it.</param>
    /// <param name="coded">One of its coded formats.</param>
    /// <param name="lender">The camera's layout, when pictures are to be lent; <see cref="TakesLent"/> tells whether the driver agrees.</param>
    /// <exception cref="IOException">The driver refused.</exception>
    /// <exception cref="InvalidDataException">It cannot encode this size.</exception>
    internal V4l2Encoder(V4l2EncoderInfo info, uint coded, EncoderSettings settings, PictureLayout? lender = null)
    {
        device = V4l2Device.Open(info.Path);
        var (captureType, outputType) = info.MultiPlanar
            ? (V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE, V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE)
            : (V4L2_BUF_TYPE_VIDEO_CAPTURE, V4L2_BUF_TYPE_VIDEO_OUTPUT);
        output = new V4l2Queue(device, captureType);
        input = new V4l2Queue(device, outputType);
        completer = coded == PixelFormats.H264 || coded == PixelFormats.Hevc ? new AccessUnitCompleter(settings.Codec) : null;
        try
        {
            output.SetFormat(settings.Width, settings.Height, coded, settings.FrameBytes / 2);
            TakesLent = lender is not null && info.Raw.Contains(lender.PixelFormat) && AgreesWith(lender);
            if (!TakesLent)
            {
                var raw = info.Raw.FirstOrDefault(f => f is PixelFormats.Yu12 or PixelFormats.Nv12);
                if (raw == 0)
                {
                    throw new InvalidDataException($"{info.Path} ({info.Card}) takes neither YU12 nor NV12 pictures.");
                }

                input.SetFormat(settings.Width, settings.Height, raw);
                if (input.Layout.Width < settings.Width || input.Layout.Height < settings.Height)
                {
                    throw new InvalidDataException($"{info.Path} ({info.Card}) cannot encode {settings.Width}x{settings.Height}.");
                }
            }

            var rate = new V4l2StreamParm { Type = outputType, TimePerFrame = new V4l2Fract { Numerator = 1, Denominator = (uint)settings.Fps } };
            _ = device.TryCall(VIDIOC_S_PARM, ref rate);
            SetControls(coded, settings);
            _ = device.TrySubscribe(V4L2_EVENT_EOS);
            output.Allocate(OutputBuffers);
            input.Allocate(InputBuffers, TakesLent ? V4L2_MEMORY_DMABUF : V4L2_MEMORY_MMAP);
            Begin();
        }
        catch
        {
            output.Dispose();
            input.Dispose();
            device.Dispose();
            throw;
        }
    }

    public bool HasExited => failed;

    public string LastError => lastError ?? $"{device.Path} said nothing";

    public bool TakesLent { get; }

    /// <summary>How often the driver's queues were started again after an error.</summary>
    internal int Recoveries { get; private set; }

    public void BeginRead(Action<CodedPicture> onUnit)
    {
        this.onUnit = onUnit;
        reader = new Thread(Read) { IsBackground = true, Name = "encoder output" };
        reader.Start();
    }

    public void Write(Yuv420Frame picture, long stampUs, Action<Yuv420Frame> onRead)
    {
        try
        {
            var index = TakeInput();
            PixelConverter.FromI420(picture, input.Layout, input.Bytes(index));
            Give(index, stampUs, null);
        }
        finally
        {
            onRead(picture);
        }
    }

    public void WriteLent(LivePicture picture, long stampUs)
    {
        int index;
        try
        {
            index = TakeInput();
        }
        catch
        {
            picture.Release();
            throw;
        }

        Give(index, stampUs, picture);
    }

    public bool Finish(TimeSpan timeout)
    {
        var stop = new V4l2EncoderCmd { Cmd = V4L2_ENC_CMD_STOP };
        lock (gate)
        {
            // A driver without the command is drained when as many came out as went in.
            stopping = true;
            _ = device.TryCall(VIDIOC_ENCODER_CMD, ref stop);
        }

        var whole = drained.Wait(timeout) && !failed;
        if (!whole && lastError is null)
        {
            lastError = $"{device.Path} did not hand out its last pictures in time.";
        }

        Close();
        return whole;
    }

    public void Kill() => Fail("ended by us");

    public void Dispose()
    {
        Close();
        drained.Dispose();
    }

    private bool AgreesWith(PictureLayout lender)
    {
        try
        {
            input.SetFormat(lender.Width, lender.Height, lender.PixelFormat);
            var mine = input.Layout;
            return mine.Width == lender.Width && mine.Height == lender.Height && mine.PixelFormat == lender.PixelFormat && mine.Stride == lender.Stride
                && mine.SizeBytes <= lender.SizeBytes && lender.UOffset == mine.UOffset && input.CanAllocate(V4L2_MEMORY_DMABUF);
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return false;
        }
    }

    private void SetControls(uint coded, EncoderSettings settings)
    {
        _ = device.TrySetControl(V4L2_CID_MPEG_VIDEO_BITRATE_MODE, V4L2_MPEG_VIDEO_BITRATE_MODE_CBR);
        _ = device.TrySetControl(V4L2_CID_MPEG_VIDEO_BITRATE, (long)(settings.BitrateMbps * 1e6));
        _ = device.TrySetControl(V4L2_CID_MPEG_VIDEO_B_FRAMES, 0);
        _ = device.TrySetControl(V4L2_CID_MPEG_VIDEO_GOP_SIZE, settings.Fps);
        _ = device.TrySetControl(V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER, 1);
        _ = device.TrySetControl(V4L2_CID_MPEG_VIDEO_PREPEND_SPSPPS_TO_IDR, 1);
        if (coded == PixelFormats.H264)
        {
            _ = device.TrySetControl(V4L2_CID_MPEG_VIDEO_H264_I_PERIOD, settings.Fps);
            _ = device.TrySetControl(V4L2_CID_MPEG_VIDEO_H264_PROFILE, V4L2_MPEG_VIDEO_H264_PROFILE_HIGH);
        }
    }

    private void Begin()
    {
        for (var i = 0; i < output.Count; i++)
        {
            if (output.TryQueue(i) is not 0 and var errno)
            {
                throw new PosixException($"{device.Path}: giving the driver a buffer failed", errno);
            }
        }

        output.Start();
        input.Start();
        for (var i = 0; i < input.Count; i++)
        {
            if (i != inHand)
            {
                freeInputs.Enqueue(i);
            }
        }
    }

    private int TakeInput()
    {
        var deadlineNs = MonotonicClock.NowNs + (long)(WriteTimeout.TotalMilliseconds * 1e6);
        lock (gate)
        {
            while (!failed && freeInputs.Count == 0)
            {
                var leftMs = (deadlineNs - MonotonicClock.NowNs) / 1_000_000;
                if (leftMs <= 0 || !Monitor.Wait(gate, (int)leftMs))
                {
                    break;
                }
            }

            return !failed && freeInputs.TryDequeue(out var index)
                ? inHand = index
                : throw new IOException(failed ? LastError : $"{device.Path} takes no pictures any more.");
        }
    }

    private void Give(int index, long stampUs, LivePicture? picture)
    {
        lock (gate)
        {
            inHand = -1;
            if (closing)
            {
                picture?.Release();
                throw new IOException($"{device.Path} is closed.");
            }

            var errno = picture is null
                ? input.TryQueue(index, input.Layout.SizeBytes, stampUs)
                : input.TryQueue(index, input.Layout.SizeBytes, stampUs, picture.DmaBuf, picture.DmaBufBytes);
            if (errno == 0)
            {
                lent[index] = picture;
                given++;
                return;
            }

            picture?.Release();
            freeInputs.Enqueue(index);
            Recover(new PosixException($"{device.Path}: giving a picture failed", errno).Message);
        }
    }

    private void Read()
    {
        try
        {
            while (!closing && !failed && !drained.IsSet)
            {
                var happened = device.Wait(Libc.POLLIN | Libc.POLLOUT | Libc.POLLPRI, PollInterval);
                lock (gate)
                {
                    TakeBackInputs();
                    TakeCoded();
                    while ((happened & Libc.POLLPRI) != 0 && device.TryTakeEvent() is { } message)
                    {
                        // Told together with the buffer that carries the LAST flag, or instead of it when no picture was left.
                        if (message.Type == V4L2_EVENT_EOS && stopping && returned >= given)
                        {
                            drained.Set();
                        }
                    }

                    if (stopping && returned >= given)
                    {
                        drained.Set();
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            Fail(e.Message);
        }

        drained.Set();
    }

    private void TakeBackInputs()
    {
        int errno;
        while ((errno = input.TryDequeue(out var taken)) == 0)
        {
            FreeInput(taken.Index);
        }

        if (errno is not (PosixException.Eagain or PosixException.Epipe))
        {
            Recover(new PosixException($"{device.Path}: taking a picture back failed", errno).Message);
        }
    }

    private void FreeInput(int index)
    {
        lent[index]?.Release();
        lent[index] = null;
        freeInputs.Enqueue(index);
        Monitor.PulseAll(gate);
    }

    private void TakeCoded()
    {
        while (!drained.IsSet)
        {
            var errno = output.TryDequeue(out var taken);
            if (errno == PosixException.Eagain)
            {
                return;
            }

            if (errno == PosixException.Epipe)
            {
                // After the LAST buffer nothing follows.
                drained.Set();
                return;
            }

            if (errno != 0)
            {
                Recover(new PosixException($"{device.Path}: taking a coded picture failed", errno).Message);
                return;
            }

            HandOut(taken);
            if (taken.IsLast && stopping)
            {
                drained.Set();
                return;
            }

            _ = output.TryQueue(taken.Index);
        }
    }

    private unsafe void HandOut(V4l2Dequeued taken)
    {
        var bytes = taken.BytesUsed - taken.DataOffset;
        if (bytes <= 0)
        {
            return;
        }

        if (taken.IsDamaged)
        {
            returned++;
            lastError = $"{device.Path} says that a coded picture is damaged.";
            return;
        }

        var copy = output.Bytes(taken.Index).Slice(taken.DataOffset, bytes).ToArray();
        if ((completer is null ? copy : completer.Complete(copy)) is not { } unit)
        {
            return;
        }

        returned++;
        recoveriesWithoutPicture = 0;
        onUnit?.Invoke(new CodedPicture(unit, taken.TimestampUs));
    }

    /// <summary>Does what an error of the driver's does; for tests of exactly that.</summary>
    internal void Restart(string why)
    {
        lock (gate)
        {
            Recover(why);
        }
    }

    /// <summary>Stops and starts both queues; what was inside is lost and told by the stamps that never come.</summary>
    private void Recover(string why)
    {
        lastError = why;
        Console.Error.WriteLine($"The encoder is started again: {why}");
        if (++recoveriesWithoutPicture > MaxRecoveries)
        {
            Fail(why);
            return;
        }

        Recoveries++;
        input.Stop();
        output.Stop();
        freeInputs.Clear();
        for (var i = 0; i < input.Count; i++)
        {
            lent[i]?.Release();
            lent[i] = null;
        }

        returned = given;
        try
        {
            Begin();
            _ = device.TrySetControl(V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, 1);
            Monitor.PulseAll(gate);
        }
        catch (PosixException e)
        {
            Fail(e.Message);
        }
    }

    private void Fail(string why)
    {
        lastError = why;
        failed = true;
        drained.Set();
        lock (gate)
        {
            Monitor.PulseAll(gate);
        }
    }

    private void Close()
    {
        lock (gate)
        {
            if (closing)
            {
                return;
            }

            closing = true;
        }

        reader?.Join();
        input.Dispose();
        output.Dispose();
        for (var i = 0; i < lent.Length; i++)
        {
            lent[i]?.Release();
            lent[i] = null;
        }

        device.Dispose();
    }
}
