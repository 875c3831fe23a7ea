using System.Collections.Concurrent;
using Rig.CameraNode.Imaging;

namespace Rig.CameraNode.Encoding;

/// <summary>
/// Pictures in, encoded frames out, one to one and in order. A pool bounds what waits: without a free picture the caller
/// drops its slot. An encoder that dies is replaced; the slots it held are reported as dropped.
/// </summary>
internal sealed class EncodingPipeline : IDisposable
{
    private const int PoolBytes = 48 << 20;

    /// <summary>Two may be with an encoder that reads them where they are; the others are filled meanwhile.</summary>
    private const int MinPool = 5;
    private const int MaxRestartsWithoutFrame = 5;
    private static readonly TimeSpan FinishTimeout = TimeSpan.FromSeconds(5);

    private readonly EncoderSettings settings;
    private readonly Func<IVideoEncoder> create;
    private readonly Action<EncodedFrame> onFrame;
    private readonly Action<long, string> onDropped;
    private readonly BlockingCollection<Yuv420Frame> free = [];
    private IVideoEncoder? standby;
    private Take? take;

    /// <param name="onFrame">Called in order, on a thread of the pipeline's; the data is valid for the call.</param>
    /// <param name="onDropped">Slot and cause of a frame that the encoder lost.</param>
    internal EncodingPipeline(EncoderSettings settings, Action<EncodedFrame> onFrame, Action<long, string> onDropped)
        : this(settings, () => new FfmpegEncoder(settings), onFrame, onDropped)
    {
    }

    /// <param name="create">Makes an encoder for these settings; called for the first one at once, and for each that replaces it.</param>
    /// <param name="onFrame">Called in order, on a thread of the pipeline's; the data is valid for the call.</param>
    /// <param name="onDropped">Slot and cause of a frame that the encoder lost.</param>
    internal EncodingPipeline(EncoderSettings settings, Func<IVideoEncoder> create, Action<EncodedFrame> onFrame, Action<long, string> onDropped)
    {
        (this.settings, this.create, this.onFrame, this.onDropped) = (settings, create, onFrame, onDropped);
        for (var i = 0; i < Math.Clamp(PoolBytes / settings.FrameBytes, MinPool, 24); i++)
        {
            free.Add(new Yuv420Frame(settings.Width, settings.Height));
        }

        standby = create();
        TakesLent = standby.TakesLent;
    }

    /// <summary>Pictures can be given as the camera lends them.</summary>
    internal bool TakesLent { get; }

    /// <summary>A picture to fill; null when none came free in time, because the encoder is behind.</summary>
    internal Yuv420Frame? TryRent(TimeSpan timeout) => free.TryTake(out var frame, timeout) ? frame : null;

    internal void Return(Yuv420Frame frame) => free.Add(frame);

    /// <summary>Makes ready for a take's first picture.</summary>
    internal void Begin()
    {
        var encoder = standby is { HasExited: false } ? standby : create();
        if (encoder != standby)
        {
            standby?.Dispose();
        }

        standby = null;
        take = new Take(this, encoder);
    }

    /// <summary>Gives a rented, filled picture; never waits.</summary>
    internal void Submit(Slot slot, Yuv420Frame picture) => take!.Queue.Add((slot, picture, null));

    /// <summary>Gives a picture as the camera lends it, where <see cref="TakesLent"/>; it is released when the encoder has read it.</summary>
    internal void Submit(Slot slot, LivePicture picture) => take!.Queue.Add((slot, null, picture));

    /// <summary>Waits until every submitted picture was handed out or reported as dropped.</summary>
    internal void Finish()
    {
        take!.Queue.CompleteAdding();
        take.Feeder.Join();
        take.Dispose();
        take = null;
        standby = create();
    }

    /// <summary>What a fault of the encoder process looks like; for tests of exactly that.</summary>
    internal void KillEncoder() => take!.KillEncoder();

    public void Dispose()
    {
        standby?.Dispose();
        free.Dispose();
    }

    /// <param name="Number">Time slot from the take's start.</param>
    internal readonly record struct Slot(long Number, long MonotonicNs, long WallNs)
    {
        /// <summary>What a hardware encoder carries from a picture to its coded form.</summary>
        internal long StampUs => MonotonicNs / 1000;
    }

    /// <summary>One take's feeding thread and the encoder processes that serve it one after the other.</summary>
    private sealed class Take : IDisposable
    {
        private readonly EncodingPipeline owner;
        private IVideoEncoder encoder;
        private ConcurrentQueue<Slot> pending = new();
        private int restartsWithoutFrame;

        internal Take(EncodingPipeline owner, IVideoEncoder encoder)
        {
            this.owner = owner;
            this.encoder = encoder;
            Listen();
            Feeder = new Thread(Feed) { IsBackground = true, Name = "encoder input" };
            Feeder.Start();
        }

        internal BlockingCollection<(Slot Slot, Yuv420Frame? Picture, LivePicture? Lent)> Queue { get; } = [];

        internal Thread Feeder { get; }

        internal void KillEncoder() => encoder.Kill();

        public void Dispose()
        {
            encoder.Dispose();
            Queue.Dispose();
        }

        private void Feed()
        {
            foreach (var (slot, picture, lent) in Queue.GetConsumingEnumerable())
            {
                pending.Enqueue(slot);
                try
                {
                    if (lent is not null)
                    {
                        encoder.WriteLent(lent, slot.StampUs);
                    }
                    else
                    {
                        encoder.Write(picture!, slot.StampUs, owner.Return);
                    }
                }
                catch (IOException)
                {
                    Replace();
                }
            }

            var clean = encoder.Finish(FinishTimeout);
            if (!clean || !pending.IsEmpty)
            {
                Console.Error.WriteLine($"The encoder ended with {pending.Count} frames inside: {encoder.LastError}");
            }

            ReportLost();
        }

        private void Listen()
        {
            var mine = pending;
            encoder.BeginRead(coded =>
            {
                while (mine.TryDequeue(out var slot))
                {
                    if (coded.StampUs is { } stamp && stamp != slot.StampUs)
                    {
                        owner.onDropped(slot.Number, DropCause.EncoderSkipped);
                        continue;
                    }

                    restartsWithoutFrame = 0;
                    owner.onFrame(new EncodedFrame(slot.Number, slot.MonotonicNs, slot.WallNs, HasKeySlice(coded.Data.Span), coded.Data));
                    break;
                }
            });
        }

        private void Replace()
        {
            Console.Error.WriteLine($"The encoder died and is replaced: {encoder.LastError}");
            if (++restartsWithoutFrame > MaxRestartsWithoutFrame)
            {
                throw new InvalidOperationException($"The encoder dies at once, each time: {encoder.LastError}");
            }

            encoder.Dispose();
            ReportLost();
            pending = new ConcurrentQueue<Slot>();
            encoder = owner.create();
            Listen();
        }

        private void ReportLost()
        {
            while (pending.TryDequeue(out var slot))
            {
                owner.onDropped(slot.Number, DropCause.EncoderRestart);
            }
        }

        private bool HasKeySlice(ReadOnlySpan<byte> accessUnit)
        {
            foreach (var unit in AnnexB.Split(accessUnit))
            {
                if (NalUnit.KindOf(owner.settings.Codec, unit) == NalKind.KeySlice)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
