using Microsoft.Extensions.Options;
using Rig.Domain.Identity;
using Rig.Ingest.Settings;

namespace Rig.Ingest.Pull;

/// <summary>
/// Brings finished takes home: hears from the cluster what its members hold, asks the other nodes itself, and has
/// <see cref="TakePull"/> fetch and confirm what <see cref="PullState"/> says is next.
/// </summary>
/// <remarks>It keeps nothing that a restart needs; a pause is a file. docs/design/offload.md.</remarks>
public sealed class PullActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A node that said nothing for this many polls is shown as silent.</summary>
    private const int SilentPolls = 5;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromHours(1);

    private readonly NodeClient client;
    private readonly TakePull pull;
    private readonly PartSweep sweep;
    private readonly PauseMark pauseMark;
    private readonly TransferBoard board;
    private readonly PullOptions options;
    private readonly long maxBytes;
    private readonly IReadOnlyList<string> polledNodes;
    private readonly TransferSetting setting;
    private readonly CancellationTokenSource stopping = new();
    private readonly IMaterializer materializer = Context.Materializer();
    private readonly ILogger<PullActor> log;
    private readonly Dictionary<string, NodeView> nodes = [];
    private readonly HashSet<string> polling = [];
    private readonly Dictionary<TakeId, TransferProgress> progress = [];
    private CancellationTokenSource fetching = new();
    private PullState state;

    public PullActor(
        NodeClient client,
        TakePull pull,
        PartSweep sweep,
        PauseMark pauseMark,
        TransferBoard board,
        IOptions<PullOptions> options,
        IOptions<ServerOptions> server,
        NodeSet polledNodes,
        TransferSetting setting,
        ILogger<PullActor> log)
    {
        (this.client, this.pull, this.sweep, this.pauseMark, this.board, this.options, this.setting, this.log) = (client, pull, sweep, pauseMark, board, options.Value, setting, log);
        this.polledNodes = polledNodes.Urls;
        maxBytes = server.Value.MaxUploadBytes;
        state = PullState.Empty(options.Value) with { Paused = pauseMark.IsSet };

        Receive<PollDue>(_ => PollNodes());
        Receive<Tick>(_ =>
        {
            StartWhatIsNext();
            Show();
        });
        Receive<SweepDue>(_ => Sweep());
        Receive<PullProtocol.Pause>(_ => SetPaused(true));
        Receive<PullProtocol.Resume>(_ => SetPaused(false));
        Receive<PullProtocol.RetryFailed>(retry =>
        {
            Sender.Tell(new PullProtocol.Retrying(state.Items.Values.Count(item => !item.Running && item.Failures > 0 && (retry.Only is null || item.Take.Id == retry.Only))));
            state = state.Retry(retry.Only);
            StartWhatIsNext();
        });
        Receive<Interrupted>(interrupted =>
        {
            Ended(interrupted.Id);
            state = state.Stopped(interrupted.Id);
            StartWhatIsNext();
        });
        Receive<Elsewhere>(elsewhere =>
        {
            Ended(elsewhere.Id);
            state = state.Elsewhere(elsewhere.Id, setting.Time.GetUtcNow());
            StartWhatIsNext();
            Show();
        });
        Receive<PullProtocol.MemberListed>(member => Listed(Read(member.Listing), member.Listing.CameraId));
        Receive<NodeListed>(listed =>
        {
            polling.Remove(listed.Listing.NodeUrl);
            Listed(listed.Listing, cameraId: null);
        });
        Receive<NodeSilent>(silent =>
        {
            polling.Remove(silent.NodeUrl);
            var seenAt = nodes.GetValueOrDefault(silent.NodeUrl)?.SeenAt ?? DateTimeOffset.MinValue;
            nodes[silent.NodeUrl] = new NodeView(silent.NodeUrl, nodes.GetValueOrDefault(silent.NodeUrl)?.CameraId, seenAt, silent.Problem);
            Show();
        });
        Receive<Fetched>(fetched =>
        {
            Ended(fetched.Id);
            state = state.Fetched(fetched.Id);
            StartWhatIsNext();
        });
        Receive<Confirmed>(confirmed =>
        {
            state = state.Confirmed(confirmed.Id);
            StartWhatIsNext();
        });
        Receive<Failed>(failed =>
        {
            Ended(failed.Id);
            log.LogWarning("{Problem}", failed.Problem);
            state = state.Failed(failed.Id, failed.Problem, setting.Time.GetUtcNow(), failed.BackToFetch);
            StartWhatIsNext();
            Show();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("poll", PollDue.Instance, TimeSpan.Zero, options.PollInterval);
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval, TickInterval);
        Timers.StartPeriodicTimer("sweep", SweepDue.Instance, SweepInterval, SweepInterval);
        Sweep();
    }

    protected override void PostStop()
    {
        stopping.Cancel();
        fetching.Cancel();
        stopping.Dispose();
        fetching.Dispose();
    }

    private void SetPaused(bool paused)
    {
        try
        {
            pauseMark.Set(paused);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Sender.Tell(new PullProtocol.PauseRefused($"The pause could not be stored: {e.Message} Make room in Rig:Storage:ProcessingPath, or correct its owner."));
            return;
        }

        if (paused && !state.Paused)
        {
            fetching.Cancel();
            fetching.Dispose();
            fetching = new CancellationTokenSource();
        }

        state = state with { Paused = paused };
        Sender.Tell(new PullProtocol.PauseChanged(paused));
        StartWhatIsNext();
        Show();
    }

    private void Sweep() => _ = sweep.RunAsync(stopping.Token).ContinueWith(
        swept => log.LogWarning(swept.Exception, "Left-over part files could not be looked for; it is tried again in {Interval}.", SweepInterval),
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted,
        setting.Scheduler);

    private void Ended(TakeId id)
    {
        board.AddPulled(progress.GetValueOrDefault(id)?.ReceivedBytes ?? 0);
        progress.Remove(id);
    }

    private void PollNodes()
    {
        foreach (var url in polledNodes.Where(polling.Add))
        {
            client.ListAsync(url, stopping.Token).PipeTo(
                Self,
                success: listing => new NodeListed(listing),
                failure: cause => new NodeSilent(url, cause is PullException ? cause.Message : $"{url} could not be asked: {cause.Message}"));
        }

        var silentSince = setting.Time.GetUtcNow() - (options.PollInterval * SilentPolls) - TimeSpan.FromSeconds(1);
        foreach (var node in nodes.Values.Where(node => node.CameraId is not null && node.Problem is null && node.SeenAt < silentSince).ToList())
        {
            nodes[node.NodeUrl] = node with { Problem = "does not answer" };
        }
    }

    private NodeListing Read(Rig.Domain.Messages.TransferProtocol.FinishedTakes listing)
    {
        if (RemoteTake.NormalizeNodeUrl(listing.BaseUrl) is not { } url)
        {
            return new NodeListing(listing.BaseUrl, [], $"{listing.CameraId} gives '{listing.BaseUrl}' as its address, which is none. Correct its Rig:Node:PublicBaseUrl.");
        }

        var takes = new List<RemoteTake>();
        string? problem = null;
        foreach (var listed in listing.Takes)
        {
            if (RemoteTake.TryCreate(url, listed.RecordingId, listed.SizeBytes, listed.Sha256, maxBytes, out var why) is { } take)
            {
                takes.Add(take);
            }
            else
            {
                problem ??= why;
            }
        }

        return new NodeListing(url, takes, problem);
    }

    private void Listed(NodeListing listing, string? cameraId)
    {
        nodes[listing.NodeUrl] = new NodeView(listing.NodeUrl, cameraId ?? nodes.GetValueOrDefault(listing.NodeUrl)?.CameraId, setting.Time.GetUtcNow(), listing.Problem);
        state = state.Listed(listing.NodeUrl, listing.Takes);
        StartWhatIsNext();
    }

    private void StartWhatIsNext()
    {
        (state, var start) = state.Next(setting.Time.GetUtcNow());
        foreach (var item in start)
        {
            if (item.Step == PullStep.Fetch)
            {
                var transfer = new TransferProgress(setting.Time);
                progress[item.Take.Id] = transfer;
                Start(item.Take.Id, token => pull.FetchAsync(item.Take, transfer, materializer, token), new Fetched(item.Take.Id), fetching.Token);
            }
            else
            {
                Start(item.Take.Id, token => pull.ConfirmAsync(item.Take, token), new Confirmed(item.Take.Id), stopping.Token);
            }
        }
    }

    private void Start(TakeId id, Func<CancellationToken, Task> work, object done, CancellationToken token)
    {
        setting.Run(() => work(token)).PipeTo(
            Self,
            success: () => done,
            failure: cause => cause switch
            {
                _ when token.IsCancellationRequested => new Interrupted(id),
                TakenElsewhereException => new Elsewhere(id),
                PullException or TakeNotWholeException => new Failed(id, cause.Message, cause is TakeNotWholeException),
                _ => new Failed(id, $"{id} could not be taken over: {cause.Message}", BackToFetch: false),
            });
    }

    private void Show() => board.Show(
        state.Items.Values.OrderBy(item => item.Order).Select(item => new TransferView(
            item.Take.Id,
            item.Take.NodeUrl,
            item.Take.SizeBytes,
            item.Step == PullStep.Confirm ? "confirming" : item.Running ? "pulling" : "waiting",
            progress.GetValueOrDefault(item.Take.Id),
            item.Failures,
            item.Error)).ToList(),
        nodes.Values.OrderBy(node => node.NodeUrl, StringComparer.Ordinal).ToList(),
        state.Paused);

    private sealed record PollDue
    {
        public static readonly PollDue Instance = new();
    }

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed record SweepDue
    {
        public static readonly SweepDue Instance = new();
    }

    private sealed record Interrupted(TakeId Id);

    private sealed record Elsewhere(TakeId Id);

    private sealed record NodeListed(NodeListing Listing);

    private sealed record NodeSilent(string NodeUrl, string Problem);

    private sealed record Fetched(TakeId Id);

    private sealed record Confirmed(TakeId Id);

    private sealed record Failed(TakeId Id, string Problem, bool BackToFetch);
}
