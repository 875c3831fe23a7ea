using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Rig.Ingest.Frames;

/// <summary>
/// Decides, picture by picture, what happened before one camera. Pure: the same pictures give the same events under the same ids, so a
/// picture that is analysed twice changes nothing. docs/design/frames.md.
/// </summary>
internal static class DeltaMachine
{
    /// <summary>Below so much of the interaction threshold a picture counts as still.</summary>
    private const double StillShare = 0.7;

    /// <summary>An interaction that never ends is ended, so that its pictures and its stock are looked at.</summary>
    private static readonly TimeSpan LongestInteraction = TimeSpan.FromMinutes(10);

    public static DeltaDecision Decide(DeltaState state, Observation seen, DeltaSettings settings, int regionVersion)
    {
        if (seen.Seq <= state.LastSeq)
        {
            return new DeltaDecision(state, BaselineStep.Keep, [], "It came after pictures that were taken later.");
        }

        var at = seen.At > state.LastAt ? seen.At : state.LastAt;
        var s = seen.Scores;

        // An interaction differs from the baseline and moves, or reaches in from the edge however still. Light does neither, a thing that
        // stays is stock, and where nothing is in its old place the camera was moved.
        var reach = s.Shift > settings.ShiftThreshold ? 0 : s.Reach;
        var raw = Math.Max(reach, Math.Min(s.Difference, s.Motion));
        var smoothed = (settings.Smoothing * raw) + ((1 - settings.Smoothing) * state.Smoothed);
        var still = s.Motion < StillShare * settings.InteractionThreshold ? state.Still + 1 : 0;
        var frame = new ScoredFrame(seen.Capture, seen.Seq, at, Round(smoothed), Round(s.Motion), Round(s.Inventory));
        var next = state with
        {
            LastSeq = seen.Seq,
            LastAt = at,
            Smoothed = smoothed,
            Still = still,
            Recent = [.. (state.Recent ?? []).TakeLast(DeltaState.MaxRecent - 1), frame],
        };
        var step = new Step(next, seen, at, frame, settings, still >= settings.StabilityFramesRequired);
        return state.Phase == DeltaPhase.New || state.RegionVersion != regionVersion ? step.Begin(regionVersion)
            : state.Phase == DeltaPhase.Obstructed ? step.Obstructed()
            : step.IsCovered ? step.Covered()
            : state.Phase == DeltaPhase.Active ? step.Active()
            : step.Idle();
    }

    private static double Round(double score) => Math.Round(score, 4);

    /// <summary>One picture's decision.</summary>
    private sealed class Step(DeltaState next, Observation seen, DateTimeOffset at, ScoredFrame frame, DeltaSettings settings, bool stable)
    {
        private readonly List<IDeltaEffect> effects = [];
        private DeltaState next = next;

        private FrameScores Scores => seen.Scores;

        private bool IsOver => frame.Score > settings.InteractionThreshold;

        public bool IsCovered => Scores.Texture < settings.ObstructionThreshold;

        private bool HasMoved => Scores.Shift > settings.ShiftThreshold;

        private bool HasOtherStock => Scores.Inventory > settings.InventoryChangeThreshold;

        public DeltaDecision Begin(int regionVersion)
        {
            // An interaction that was open under other regions ends here: what follows is measured otherwise.
            if (next.Interaction is { } open)
            {
                End(open, "The regions were changed.");
            }

            next = next with { Phase = DeltaPhase.Idle, RegionVersion = regionVersion, Stable = seen.Capture, Smoothed = 0, Over = 0, Different = 0, Shifted = 0, Covered = 0, Empty = -1, Interaction = null };
            return Done(BaselineStep.Replace);
        }

        public DeltaDecision Covered()
        {
            next = next with { Covered = next.Covered + 1 };
            if (next.Covered < settings.InteractionMinFrames)
            {
                return Done(BaselineStep.Keep);
            }

            if (next.Interaction is { } open)
            {
                End(open, "The camera was covered.");
            }

            Begin(FrameEventType.Obstructed, at, null, 1 - (Scores.Texture / settings.ObstructionThreshold / 2), "The camera is covered.", Pictures(next.Stable, seen.Capture, null), [frame],
                Line("texture", Scores.Texture, "below", settings.ObstructionThreshold, next.Covered));
            next = next with { Phase = DeltaPhase.Obstructed, Interaction = null, Covered = 0, Over = 0 };
            return Done(BaselineStep.Keep);
        }

        public DeltaDecision Obstructed()
        {
            // Twice the threshold: a lens half free is not free.
            if (Scores.Texture < Math.Min(0.9, 2 * settings.ObstructionThreshold) || !stable)
            {
                return Done(BaselineStep.Keep);
            }

            next = next with { Phase = DeltaPhase.Idle, Smoothed = 0, Over = 0 };
            return Settle(next.Stable, null, "after the camera was covered");
        }

        public DeltaDecision Idle()
        {
            next = next with { Over = IsOver ? next.Over + 1 : 0, Covered = 0 };
            if (next.Over > 0)
            {
                if (next.Over == 1 && at >= next.BurstEndsAt + TimeSpan.FromSeconds(settings.BurstCooldownS))
                {
                    Burst();
                }

                return next.Over >= settings.InteractionMinFrames ? Start() : Done(BaselineStep.Keep);
            }

            if (!stable)
            {
                // A picture that moved, but not enough: neither baseline nor stock.
                next = next with { Different = 0, Shifted = 0 };
                return Done(BaselineStep.Keep);
            }

            var (different, shifted) = (HasOtherStock ? next.Different + 1 : 0, HasMoved ? next.Shifted + 1 : 0);
            next = next with { Different = different, Shifted = shifted, DifferentSince = next.Different + next.Shifted == 0 ? at : next.DifferentSince };

            // As long as after an interaction: a hand that pauses is no new stock.
            if (Math.Max(different, shifted) >= settings.StabilityFramesRequired && at - next.DifferentSince >= TimeSpan.FromSeconds(settings.InteractionEndTimeoutS))
            {
                return Settle(next.Stable, null, "without anybody seen");
            }

            return different + shifted > 0 ? Done(BaselineStep.Keep) : Rest(BaselineStep.Blend);
        }

        public DeltaDecision Active()
        {
            var open = next.Interaction!;
            open = open with
            {
                Quiet = IsOver ? at : open.Quiet,
                Peak = frame.Score > open.Peak.Score ? frame : open.Peak,
                Frames = open.Frames.Count < DeltaState.MaxFrames ? [.. open.Frames, frame] : [.. open.Frames.Take(DeltaState.MaxFrames - 1), frame],
            };
            next = next with { Interaction = open, Covered = 0 };
            var quiet = at - open.Quiet;
            var tooLong = at - open.StartedAt > LongestInteraction;
            if (tooLong || (stable && quiet >= TimeSpan.FromSeconds(settings.InteractionEndTimeoutS)))
            {
                End(open, tooLong ? "It went on for too long and was ended." : Invariant($"below {settings.InteractionThreshold} for {quiet.TotalSeconds:0.0} s and still for {next.Still} pictures"));
                next = next with { Phase = DeltaPhase.Idle, Interaction = null, Over = 0, Smoothed = 0 };
                return Settle(open.Pre, open, "after the interaction");
            }

            if (IsOver && at >= next.BurstEndsAt)
            {
                Burst();
            }

            return Done(BaselineStep.Keep);
        }

        private DeltaDecision Start()
        {
            var id = IdOf(FrameEventType.Interaction);
            var frames = next.Recent ?? [];
            var started = frames.Where(one => one.Score > settings.InteractionThreshold).Select(one => one.At).DefaultIfEmpty(at).Min();
            var peak = frames.MaxBy(one => one.Score) ?? frame;
            effects.Add(new EventBegan(
                id, FrameEventType.Interaction, started, null, Confidence(peak.Score), "Somebody is at the shelf.", Pictures(next.Stable, peak.Capture, null), frames,
                [Line("score", frame.Score, "over", settings.InteractionThreshold, next.Over)]));
            next = next with { Phase = DeltaPhase.Active, Over = 0, Interaction = new OpenInteraction(id, started, at, next.Stable, peak, frames) };
            if (at >= next.BurstEndsAt)
            {
                Burst();
            }

            return Done(BaselineStep.Keep);
        }

        private void End(OpenInteraction open, string why) => effects.Add(new InteractionEnded(
            open.EventId, open.StartedAt, at, Confidence(open.Peak.Score), Invariant($"Somebody was at the shelf for {(at - open.StartedAt).TotalSeconds:0} s."),
            Pictures(open.Pre, open.Peak.Capture, seen.Capture), open.Frames, [Invariant($"highest score {open.Peak.Score:0.00} in picture {open.Peak.Seq}"), "ended: " + why, Invariant($"inventory change {Scores.Inventory:0.00}, threshold {settings.InventoryChangeThreshold:0.00}")]));

        /// <summary>A stable picture that differs from the baseline, or does not: what that means, and the baseline from now on.</summary>
        private DeltaDecision Settle(Guid pre, OpenInteraction? open, string when)
        {
            var during = open?.Peak.Capture;
            var began = open?.StartedAt ?? at;
            IReadOnlyList<ScoredFrame> frames = open?.Frames ?? next.Recent ?? [];
            if (HasMoved)
            {
                Begin(FrameEventType.SceneShifted, began, at, Scores.Shift, $"The camera or the shelf was moved ({when}).",
                    Pictures(pre, during ?? seen.Capture, seen.Capture), frames, Line("shift", Scores.Shift, "over", settings.ShiftThreshold, Math.Max(1, next.Still)));
            }
            else if (HasOtherStock)
            {
                Begin(FrameEventType.StockChanged, began, at, Math.Min(1, (0.7 * Confidence(Scores.Inventory)) + (0.3 * Math.Min(1, Scores.Histogram * 3))), $"The stock changed ({when}).",
                    Pictures(pre, during ?? seen.Capture, seen.Capture), frames,
                    Line("inventory change", Scores.Inventory, "over", settings.InventoryChangeThreshold, Math.Max(1, next.Still)), Invariant($"histogram distance {Scores.Histogram:0.00}"));
            }

            return Rest(BaselineStep.Replace);
        }

        /// <summary>Still and idle: this picture is what was before whatever comes.</summary>
        private DeltaDecision Rest(BaselineStep baseline)
        {
            var empty = Scores.Occupancy > settings.EmptyThreshold ? 0 : next.Empty < 0 ? -1 : next.Empty + 1;
            if (empty >= Math.Max(2, settings.StabilityFramesRequired))
            {
                Begin(FrameEventType.Empty, at, at, 1 - (Scores.Occupancy / Math.Max(0.001, settings.EmptyThreshold) / 2), "There is nothing left on the shelf.",
                    Pictures(next.Stable, seen.Capture, seen.Capture), [frame], Line("occupancy", Scores.Occupancy, "not over", settings.EmptyThreshold, empty));
                empty = -1;
            }

            next = next with { Stable = seen.Capture, Different = 0, Shifted = 0, Empty = empty };
            return Done(baseline);
        }

        private void Burst()
        {
            effects.Add(new BurstWanted(TimeSpan.FromSeconds(settings.BurstDurationS)));
            next = next with { BurstEndsAt = at + TimeSpan.FromSeconds(settings.BurstDurationS) };
        }

        private void Begin(
            string type, DateTimeOffset startedAt, DateTimeOffset? endedAt, double confidence, string summary, IReadOnlyDictionary<string, Guid> images, IReadOnlyList<ScoredFrame> frames, params string[] trace) =>
            effects.Add(new EventBegan(IdOf(type), type, startedAt, endedAt, Math.Round(Math.Clamp(confidence, 0, 1), 3), summary, images, frames, trace));

        private DeltaDecision Done(BaselineStep baseline) => new(next, baseline, effects);

        /// <summary>0.5 at the threshold, towards 1.</summary>
        private double Confidence(double score) => Math.Round(Math.Clamp(0.5 + (0.5 * (score - settings.InteractionThreshold) / Math.Max(0.05, 0.8 - settings.InteractionThreshold)), 0, 1), 3);

        private static Dictionary<string, Guid> Pictures(Guid pre, Guid during, Guid? post)
        {
            var pictures = new Dictionary<string, Guid> { [ImageRole.Pre] = pre, [ImageRole.During] = during, [ImageRole.Thumb] = during };
            if (post is { } after)
            {
                pictures[ImageRole.Post] = after;
            }

            return pictures;
        }

        /// <summary>The same event of the same picture has the same id.</summary>
        private Guid IdOf(string type) => new(SHA256.HashData(Encoding.ASCII.GetBytes($"{seen.Capture:N} {type}")).AsSpan(0, 16));

        private static string Line(string what, double value, string how, double threshold, int pictures) => Invariant($"{what} {value:0.000} {how} {threshold:0.000} in {pictures} pictures");

        private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
