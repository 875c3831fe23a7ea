using static Rig.CameraNode.Frames.FrameDeviceProtocol;

namespace Rig.CameraNode.Frames;

/// <summary>Owns the pictures on disk. What the disk does not take yet waits in memory, bounded.</summary>
/// <remarks>One piece of work for the disk at a time, off the mailbox; its end brings the next.</remarks>
internal sealed class SpoolActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan DiskPause = TimeSpan.FromSeconds(2);

    private readonly FrameSpool spool;
    private readonly FrameDeviceOptions options;
    private readonly string bootId;
    private readonly LinkedList<TakenPicture> memory = new();
    private readonly Queue<(long Seq, UploadOutcome Outcome)> settled = new();
    private IActorRef? asker;
    private long? inHand;
    private long lastSeq = -1;
    private long dropped;
    private string? problem;
    private bool working;
    private bool pausing;

    public SpoolActor(FrameSpool spool, FrameDeviceOptions options, string bootId)
    {
        (this.spool, this.options, this.bootId) = (spool, options, bootId);
        Receive<Keep>(keep =>
        {
            memory.AddLast(keep.Picture);
            if (memory.Count > options.MaxFramesInMemory)
            {
                // As on disk: baseline first, bursts last, the oldest of them.
                var victim = memory.First!;
                for (var node = memory.First; node is not null; node = node.Next)
                {
                    if (!node.Value.IsBurst)
                    {
                        victim = node;
                        break;
                    }
                }

                memory.Remove(victim);
                dropped++;
            }

            Work();
        });
        Receive<GetNext>(_ =>
        {
            asker = Sender;
            Work();
        });
        Receive<Settled>(what =>
        {
            settled.Enqueue((what.Seq, what.Outcome));
            Work();
        });
        Receive<Configured>(configured =>
        {
            lastSeq = Math.Max(lastSeq, configured.LastSeq);
            Work();
        });
        Receive<Done>(done =>
        {
            (working, problem) = (false, done.Problem);
            dropped += done.Dropped;
            if (done.Kept && memory.Count > 0)
            {
                memory.Remove(done.Picture!);
            }

            if (done.Next is { } next && asker is { } waiting)
            {
                (asker, inHand) = (null, next.Header.Seq);
                waiting.Tell(new Next(next));
            }

            Tell();
            if (done.Problem is null)
            {
                Work();
            }
            else
            {
                pausing = true;
                Timers.StartSingleTimer(Again.Instance, Again.Instance, DiskPause);
            }
        });
        Receive<Again>(_ =>
        {
            pausing = false;
            Work();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Tell();

    private void Work()
    {
        if (working || (pausing && settled.Count == 0 && asker is null))
        {
            return;
        }

        Func<Done>? work = null;
        if (lastSeq >= spool.State.NextSeq)
        {
            spool.GoOnAfter(lastSeq);
        }

        if (settled.TryDequeue(out var end))
        {
            inHand = inHand == end.Seq ? null : inHand;
            work = () =>
            {
                switch (end.Outcome)
                {
                    case UploadOutcome.NumberTaken:
                        spool.Renumber(end.Seq);
                        break;
                    case UploadOutcome.Rejected:
                        spool.Reject(end.Seq);
                        break;
                    default:
                        spool.Remove(end.Seq);
                        break;
                }

                return new Done();
            };
        }
        else if (memory.First?.Value is { } picture && !pausing)
        {
            var hand = inHand;
            work = () => new Done(Kept: true, Picture: picture, Dropped: spool.Add(picture, bootId, options.MaxSpoolBytes, hand));
        }
        else if (asker is not null && spool.State.Oldest is { } oldest)
        {
            work = () => new Done(Next: spool.Read(oldest));
        }

        if (work is not null)
        {
            working = true;
            Task.Run(work).PipeTo(Self, failure: cause => new Done(Problem: cause.Message));
        }
    }

    private void Tell()
    {
        long free = 0;
        try
        {
            free = spool.FreeBytes;
        }
        catch (IOException)
        {
            // The next write says what is wrong.
        }

        Context.Parent.Tell(new SpoolIs(spool.State.Entries.Count + memory.Count, spool.State.SizeBytes, dropped, free, problem));
    }

    private sealed record Done(bool Kept = false, TakenPicture? Picture = null, int Dropped = 0, SpooledFrame? Next = null, string? Problem = null) : INoSerializationVerificationNeeded;

    private sealed record Again : INoSerializationVerificationNeeded
    {
        public static readonly Again Instance = new();
    }
}
