using System.Collections.Immutable;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using static Rig.Domain.Messages.RecordingProtocol;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.Actors.Sessions;

/// <summary>
/// All decisions of the session coordinator (docs/design/sessions.md). Pure: each method takes what happened and the master time,
/// and returns the next state and what is to be done.
/// </summary>
/// <remarks>
/// Rules: a camera that said no or nothing is named, and the healthy ones record. A recording camera is never stopped by inference,
/// only by an order. A camera that fell out of the running session is started again. A camera that could not hear the stop is
/// stopped when it is heard again. A session that all cameras lost at once goes on, unless one of them knows that it was stopped.
/// </remarks>
internal sealed record SessionState(RigSessionOptions Options, ImmutableArray<CameraId> Expected)
{
    public const int HistoryLength = 20;

    public ImmutableSortedDictionary<string, NodeSeen> Nodes { get; init; } = ImmutableSortedDictionary<string, NodeSeen>.Empty;

    public SessionInProgress? Current { get; init; }

    /// <summary>Ended sessions, newest first.</summary>
    public ImmutableList<SessionInProgress> History { get; init; } = [];

    /// <summary>Who could know of a session's end was waited for.</summary>
    public bool MayResume { get; init; }

    private long NextCommandId { get; init; } = 1;

    /// <summary>Expected cameras that were heard at least once.</summary>
    public bool AllExpectedHeard => Expected.All(c => Nodes.ContainsKey(c.Value));

    public Step Start(StartSession start, DateTimeOffset now)
    {
        if (Current is { } running)
        {
            var same = start.RequestId == running.StartRequestId || start.SessionId == running.Id;
            return (same, running.Phase) switch
            {
                (true, SessionPhase.Created or SessionPhase.Starting) => new(this with { Current = running with { StartRequests = running.StartRequests.Add(start.RequestId) } }),
                (true, SessionPhase.Recording) => Refusal(start.RequestId, new SessionStarted(running.ToView())),
                (_, SessionPhase.Stopping) => Refusal(start.RequestId, ProblemCodes.Busy, $"Session {running.Id} is just being stopped. Try again in a moment."),
                _ => Refusal(start.RequestId, ProblemCodes.AlreadyRecording, $"Session {running.Id} is recording. Stop it first."),
            };
        }

        if (History.FirstOrDefault(h => h.StartRequestId == start.RequestId) is { Phase: SessionPhase.Completed } ended)
        {
            return Refusal(start.RequestId, ProblemCodes.SessionExists, $"Session {ended.Id} was recorded and stopped already.");
        }

        var id = start.SessionId ?? SessionId.FromMasterTime(now);
        if (History.Any(h => h.Id == id && h.Phase == SessionPhase.Completed))
        {
            return Refusal(start.RequestId, ProblemCodes.SessionExists, $"Session {id} was recorded already. Choose another session id.");
        }

        var state = this;
        var effects = ImmutableList<SessionEffect>.Empty;
        var cameras = ImmutableSortedDictionary<string, CameraProgress>.Empty;
        foreach (var camera in Cameras())
        {
            if (IsOnline(camera, now))
            {
                (state, var command) = state.Order(camera, new GetReadiness(id), Options.ReadinessTimeout);
                effects = effects.Add(command);
                cameras = cameras.Add(camera.Value, new CameraProgress(camera, CameraPart.Asked, command.CommandId));
            }
            else
            {
                cameras = cameras.Add(camera.Value, Unheard(camera));
            }
        }

        var session = new SessionInProgress(id, SessionPhase.Created, start.RequestId, cameras, [start.RequestId], []);
        return new Step(state with { Current = session }, effects).Then(s => s.Advance(now));
    }

    public Step Stop(StopSession stop, DateTimeOffset now)
    {
        if (Current is not { } session)
        {
            return History.FirstOrDefault() is { Phase: SessionPhase.Completed } last && last.StopRequests.Contains(stop.RequestId)
                ? Refusal(stop.RequestId, new SessionStopped(last.ToView()))
                : Refusal(stop.RequestId, ProblemCodes.NotRecording, "No session is recording.");
        }

        var waiting = session with { StopRequests = session.StopRequests.Add(stop.RequestId) };
        var state = this with { Current = waiting };

        // A running session is stopped at once, whatever else is outstanding; one that is starting as soon as it runs.
        return session.Phase == SessionPhase.Recording ? state.StopAll(waiting, now + Options.StopLead) : new(state);
    }

    /// <summary>A camera answered an order; an answer to an order that was given up changes nothing.</summary>
    public Step Answered(CameraId cameraId, long commandId, object answer, DateTimeOffset now)
    {
        if (answer is TakeFinished late && History.FirstOrDefault(h => h.Id == late.TakeId.SessionId) is { } past && past.Cameras.TryGetValue(cameraId.Value, out var straggler))
        {
            var settled = past.With(straggler.WithTake(late) with { Part = CameraPart.Stopped, TakeId = late.TakeId, ProblemCode = null, Problem = null });
            return new(this with { History = History.Replace(past, settled) });
        }

        if (Current is not { } session || !session.Cameras.TryGetValue(cameraId.Value, out var camera) || camera.CommandId != commandId)
        {
            return new(this);
        }

        camera = camera with { CommandId = 0 };
        var next = answer switch
        {
            CameraReadiness { Ready: true } => camera,
            CameraReadiness { SessionKnown: false } unready => camera.Fail(
                CameraPart.Refused, ProblemCodes.NotReady, string.Join(" ", unready.Problems.Where(p => p.Level == ProblemLevel.Refuse).Select(p => p.Message))),
            TakeBegan began => camera with
            {
                Part = CameraPart.Recording,
                TakeId = began.TakeId,
                FirstFrameMaster = began.ScheduledStartMaster == session.ScheduledStart ? began.FirstFrameMaster : camera.FirstFrameMaster,
                ProblemCode = null,
                Problem = null,
            },
            TakeFinished finished => camera.WithTake(finished) with { Part = CameraPart.Stopped, TakeId = finished.TakeId, ProblemCode = null, Problem = null },
            TakeRefused { Code: ProblemCodes.NotRecording } when session.Phase == SessionPhase.Stopping => camera with
            {
                Part = camera.Part is CameraPart.Stopping or CameraPart.Starting ? CameraPart.Stopped : camera.Part,
            },
            TakeRefused refused => camera.Fail(CameraPart.Refused, refused.Code, refused.Message) with { RetryAt = now + Options.RetryInterval },
            _ => camera,
        };
        if (answer is CameraReadiness { SessionKnown: true })
        {
            next = camera.Fail(CameraPart.Refused, ProblemCodes.SessionExists, $"{cameraId} has recordings of session {session.Id} already.");
        }

        return new Step(this with { Current = session.With(next) }).Then(s => s.Advance(now));
    }

    /// <summary>A camera did not answer an order in time.</summary>
    public Step Silent(CameraId cameraId, long commandId, DateTimeOffset now)
    {
        if (Current is not { } session || !session.Cameras.TryGetValue(cameraId.Value, out var camera) || camera.CommandId != commandId)
        {
            return new(this);
        }

        var problem = session.Phase == SessionPhase.Stopping
            ? $"{cameraId} did not answer the stop. It is stopped as soon as it is heard again."
            : $"{cameraId} did not answer in time. Check its power and network.";
        return new Step(this with { Current = session.With(camera.Fail(CameraPart.Silent, ProblemCodes.Silent, problem)) }).Then(s => s.Advance(now));
    }

    /// <summary>A node reported: adopts a session found running, starts again what fell out, stops what missed the stop.</summary>
    public Step Reported(NodeReport report, DateTimeOffset now)
    {
        var state = this with { Nodes = Nodes.SetItem(report.CameraId.Value, new NodeSeen(report, now)) };
        if (state.Current is { Phase: SessionPhase.Recording } running && report.EndedSession == running.Id)
        {
            // It was stopped where those that record could not hear it.
            return state.StopAll(running, now + Options.StopLead);
        }

        return report is { Phase: NodePhase.Recording, Take: { } take }
            ? state.HeardRecording(report, take, now)
            : state.Resumed(report, now).HeardIdle(report, now);
    }

    private SessionState Resumed(NodeReport report, DateTimeOffset now)
    {
        if (!MayResume || Current is not null || report.Interrupted is not { } cutOff || KnowsTheEndOf(cutOff.SessionId))
        {
            return this;
        }

        var session = new SessionInProgress(
            cutOff.SessionId, SessionPhase.Recording, "", ImmutableSortedDictionary<string, CameraProgress>.Empty, [], [])
        {
            ResumedAfterSec = cutOff.SilentForSec,
        };
        foreach (var camera in cutOff.SessionCameras.Append(report.CameraId).Distinct())
        {
            session = session.With(IsOnline(camera, now) ? new CameraProgress(camera, CameraPart.Silent) : Unheard(camera));
        }

        return this with { Current = session };
    }

    private bool KnowsTheEndOf(SessionId id) =>
        History.Any(h => h.Id == id && h.Phase == SessionPhase.Completed) || Nodes.Values.Any(node => node.Report.EndedSession == id);

    private Step HeardRecording(NodeReport report, TakeReport take, DateTimeOffset now)
    {
        var id = take.TakeId.SessionId;
        if (Current?.Id != id && History.FirstOrDefault(h => h.Id == id && h.Phase == SessionPhase.Completed) is { } ended)
        {
            // It could not hear the stop.
            var camera = ended.Cameras.GetValueOrDefault(report.CameraId.Value) ?? new CameraProgress(report.CameraId, CameraPart.Silent);
            if (now < camera.RetryAt)
            {
                return new(this);
            }

            var (ordered, command) = Order(report.CameraId, new StopTake(id, EndsSession: true), Options.CommandTimeout);
            var again = ended.With(camera with { RetryAt = now + Options.RetryInterval });
            return new(ordered with { History = History.Replace(ended, again) }, [command]);
        }

        if (Current is { Phase: SessionPhase.Recording } running && running.Id != id
            && running.Cameras.TryGetValue(report.CameraId.Value, out var taken) && taken.CommandId == 0)
        {
            // Somebody took it out of this session by hand: its stop may have gone unheard before the next take began.
            return new(this with { Current = running.With(TakenOut(taken)) });
        }

        if (Current is { } other && (other.Id != id || other.Phase is not (SessionPhase.Starting or SessionPhase.Recording)))
        {
            return new(this);
        }

        var session = Current ?? new SessionInProgress(id, SessionPhase.Recording, "", ImmutableSortedDictionary<string, CameraProgress>.Empty, [], [], take.ScheduledStartMaster);
        foreach (var camera in take.SessionCameras.Append(report.CameraId).Where(c => !session.Cameras.ContainsKey(c.Value)))
        {
            // Time for it to report itself before it is thought to have fallen out.
            session = session.With(new CameraProgress(camera, CameraPart.Silent, RetryAt: now + Options.OfflineAfter));
        }

        var known = session.Cameras[report.CameraId.Value];
        if (known.CommandId != 0)
        {
            return new(this with { Current = session });
        }

        return new(this with
        {
            Current = session.With(known with
            {
                Part = CameraPart.Recording,
                TakeId = take.TakeId,
                FirstFrameMaster = take.ScheduledStartMaster == session.ScheduledStart ? take.FirstFrameMaster : known.FirstFrameMaster,
                ProblemCode = null,
                Problem = null,
            }),
        });
    }

    private Step HeardIdle(NodeReport report, DateTimeOffset now)
    {
        if (Current is not { Phase: SessionPhase.Recording } session
            || report.Phase != NodePhase.Idle
            || !session.Cameras.TryGetValue(report.CameraId.Value, out var camera)
            || camera.CommandId != 0)
        {
            return new(this);
        }

        if (report.StoppedSession == session.Id || camera.Part == CameraPart.Stopped)
        {
            return new(this with { Current = session.With(TakenOut(camera)) });
        }

        if (!report.IsReady)
        {
            var reason = report.Problems.First(p => p.Level == ProblemLevel.Refuse);
            return new(this with { Current = session.With(camera.Fail(CameraPart.Refused, reason.Code, reason.Message)) });
        }

        if (now < camera.RetryAt)
        {
            return new(this);
        }

        var start = new StartTake(session.Id, now + Options.StopLead, session.CameraIds, Continues: true);
        var (state, command) = Order(camera.CameraId, start, Options.StopLead + Options.CommandTimeout);
        return new(
            state with
            {
                Current = session.With(camera with
                {
                    Part = CameraPart.Starting,
                    CommandId = command.CommandId,
                    ProblemCode = ProblemCodes.NotRecording,
                    Problem = $"{camera.CameraId} fell out and is being started again.",
                    RetryAt = now + Options.RetryInterval,
                }),
            },
            [command]);
    }

    /// <summary>Moves the session on once nothing is outstanding.</summary>
    private Step Advance(DateTimeOffset now)
    {
        if (Current is not { } session || session.AnyOutstanding)
        {
            return new(this);
        }

        switch (session.Phase)
        {
            case SessionPhase.Created when session.Problems().FirstOrDefault(p => p.Code == ProblemCodes.SessionExists) is not null:
                return GiveUp(session, ProblemCodes.SessionExists, $"Session {session.Id} was recorded already. Choose another session id.");
            case SessionPhase.Created when session.Cameras.Values.All(c => c.Part != CameraPart.Asked):
                return GiveUp(session, ProblemCodes.NotReady, "No camera is ready to record.");
            case SessionPhase.Created when session.StopRequests.Count > 0:
                return GiveUp(session, ProblemCodes.NotRecording, "The session was stopped before it started.");
            case SessionPhase.Created:
                return StartReady(session, now + Options.StartLead);
            case SessionPhase.Starting when !session.AnyRecording:
                return GiveUp(session, ProblemCodes.StartFailed, "No camera started to record.");
            case SessionPhase.Starting:
                var running = session with { Phase = SessionPhase.Recording, StartRequests = [] };
                return new Step(
                    this with { Current = running },
                    [.. session.StartRequests.Select(r => new SessionEffect.Answer(r, new SessionStarted(running.ToView())))])
                    .Then(s => s.Advance(now));
            case SessionPhase.Recording when session.StopRequests.Count > 0:
                return StopAll(session, now + Options.StopLead);
            case SessionPhase.Stopping:
                var ended = session with { Phase = SessionPhase.Completed };
                return new(
                    this with { Current = null, History = Remember(ended) },
                    [.. session.StopRequests.Select(r => new SessionEffect.Answer(r, new SessionStopped(ended.ToView())))]);
            default:
                return new(this);
        }
    }

    private Step StartReady(SessionInProgress session, DateTimeOffset startAt)
    {
        var state = this;
        var effects = ImmutableList<SessionEffect>.Empty;
        var next = session with { Phase = SessionPhase.Starting, ScheduledStart = startAt };
        var ready = session.Cameras.Values.Where(c => c.Part == CameraPart.Asked).ToList();
        CameraId[] asked = [.. ready.Select(c => c.CameraId)];
        foreach (var camera in ready)
        {
            (state, var command) = state.Order(camera.CameraId, new StartTake(session.Id, startAt, asked), Options.StartLead + Options.CommandTimeout);
            effects = effects.Add(command);
            next = next.With(camera with { Part = CameraPart.Starting, CommandId = command.CommandId });
        }

        return new(state with { Current = next }, effects);
    }

    private Step StopAll(SessionInProgress session, DateTimeOffset stopAt)
    {
        var state = this;
        var effects = ImmutableList<SessionEffect>.Empty;
        var next = session with { Phase = SessionPhase.Stopping, StoppedAt = stopAt };

        // Also those that gave no answer: they may be recording for all that is known here.
        foreach (var camera in session.Cameras.Values.Where(c => c.Part is CameraPart.Recording or CameraPart.Silent or CameraPart.Starting))
        {
            (state, var command) = state.Order(camera.CameraId, new StopTake(session.Id, stopAt, EndsSession: true), Options.StopLead + Options.CommandTimeout);
            effects = effects.Add(command);
            next = next.With(camera with { Part = camera.Part == CameraPart.Recording ? CameraPart.Stopping : camera.Part, CommandId = command.CommandId });
        }

        return new Step(state with { Current = next }, effects).Then(s => s.Advance(stopAt));
    }

    private Step GiveUp(SessionInProgress session, string code, string message)
    {
        var failed = session with { Phase = SessionPhase.Failed };
        return new(
            this with { Current = null, History = Remember(failed) },
            [
                .. session.StartRequests.Select(r => new SessionEffect.Answer(r, new SessionRefused(code, message, session.Problems()))),
                .. session.StopRequests.Select(r => new SessionEffect.Answer(r, new SessionRefused(ProblemCodes.NotRecording, "No session is recording.", session.Problems()))),
            ]);
    }

    private ImmutableList<SessionInProgress> Remember(SessionInProgress session) => [session, .. History.Where(h => h.Id != session.Id).Take(HistoryLength - 1)];

    private (SessionState State, SessionEffect.Command Command) Order(CameraId camera, object message, TimeSpan timeout) =>
        (this with { NextCommandId = NextCommandId + 1 }, new SessionEffect.Command(camera, NextCommandId, message, timeout));

    private Step Refusal(string requestId, string code, string message) => Refusal(requestId, new SessionRefused(code, message, []));

    private Step Refusal(string requestId, object answer) => new(this, [new SessionEffect.Answer(requestId, answer)]);

    private static CameraProgress TakenOut(CameraProgress camera) => camera with
    {
        Part = CameraPart.Stopped,
        ProblemCode = ProblemCodes.NotRecording,
        Problem = $"{camera.CameraId} was stopped by itself; the others go on.",
    };

    private static CameraProgress Unheard(CameraId camera) => new(
        camera, CameraPart.Silent, ProblemCode: ProblemCodes.Silent, Problem: $"{camera} is not there. Check that it is switched on and on the network.");

    private IEnumerable<CameraId> Cameras() => Expected
        .Concat(Nodes.Values.Select(n => n.Report.CameraId))
        .Distinct()
        .OrderBy(SessionInProgress.Order).ThenBy(c => c.Value, StringComparer.Ordinal);

    private bool IsOnline(CameraId camera, DateTimeOffset now) =>
        Nodes.TryGetValue(camera.Value, out var node) && now - node.HeardAt <= Options.OfflineAfter;

    public RigView View(DateTimeOffset now)
    {
        var cameras = Cameras()
            .Select(c => Nodes.TryGetValue(c.Value, out var node)
                ? new CameraView(c, IsOnline(c, now), node.Report, (now - node.HeardAt).TotalMilliseconds)
                : new CameraView(c, false, null, null))
            .ToList();
        return new RigView(now, (Current ?? History.FirstOrDefault())?.ToView(), cameras, Disagreements.Find(cameras, Current));
    }

    public SessionList Sessions() => new([.. (Current is { } c ? [c] : Array.Empty<SessionInProgress>()).Concat(History).Select(s => s.ToView())]);
}

/// <param name="HeardAt">Master clock of the coordinator.</param>
internal sealed record NodeSeen(NodeReport Report, DateTimeOffset HeardAt);

internal sealed record Step(SessionState State, ImmutableList<SessionEffect> Effects)
{
    public Step(SessionState state)
        : this(state, [])
    {
    }

    public Step Then(Func<SessionState, Step> next)
    {
        var step = next(State);
        return step with { Effects = Effects.AddRange(step.Effects) };
    }
}
