using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Ingest.Receive;

namespace Rig.Ingest.Pull;

/// <summary>
/// Brings finished takes home: hears from the cluster what its members hold, asks the other nodes itself, and has
/// <see cref="TakePull"/> fetch and confirm what <see cref="PullState"/> says is next.
/// </summary>
/// <remarks>It keeps nothing that a restart needs: docs/design/offload.md.</remarks>
public sealed class PullActor : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A node that said nothing for this many polls is shown as silent.</summary>
    private const int SilentPolls = 5;

    private readonly NodeClient client;
    private readonly TakePull pull;
    private readonly TransferBoard board;
    private readonly PullOptions options;
    private readonly long maxBytes;
    private readonly IReadOnlyList<string> polledNodes;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource stopping = new();
    private readonly Dictionary<string, NodeView> nodes = [];
    private readonly HashSet<string> polling = [];
    private readonly Dictionary<RecordingId, TransferProgress> progress = [];
    private PullState state;

    public PullActor(
        NodeClient client,
        TakePull pull,
        TransferBoard board,
        IOptions<PullOptions> options,
        IOptions<ServerOptions> server,
        NodeSet polledNodes,
        TimeProvider time,
        ILogger<PullActor> log)
    {
        (this.client, this.pull, this.board, this.options, this.time) = (client, pull, board, options.Value, time);
        this.polledNodes = polledNodes.Urls;
        maxBytes = server.Value.MaxUploadBytes;
        state = PullState.Empty(options.Value);

        Receive<PollDue>(_ => PollNodes());
        Receive<Tick>(_ => StartWhatIsNext());
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
            board.AddPulled(progress.GetValueOrDefault(fetched.Id)?.ReceivedBytes ?? 0);
            progress.Remove(fetched.Id);
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
            board.AddPulled(progress.GetValueOrDefault(failed.Id)?.ReceivedBytes ?? 0);
            progress.Remove(failed.Id);
            log.LogWarning("{Problem}", failed.Problem);
            state = state.Failed(failed.Id, failed.Problem, time.GetUtcNow(), failed.BackToFetch);
            StartWhatIsNext();
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("poll", PollDue.Instance, TimeSpan.Zero, options.PollInterval);
        Timers.StartPeriodicTimer("tick", Tick.Instance, TickInterval, TickInterval);
    }

    protected override void PostStop()
    {
        stopping.Cancel();
        stopping.Dispose();
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

        var silentSince = time.GetUtcNow() - (options.PollInterval * SilentPolls) - TimeSpan.FromSeconds(1);
        foreach (var node in nodes.Values.Where(node => node.CameraId is not null && node.Problem is null && node.SeenAt < silentSince).ToList())
        {
            nodes[node.NodeUrl] = node with { Problem = "does not answer" };
        }
    }

    private NodeListing Read(Rig.Actors.Transfer.TransferProtocol.FinishedTakes listing)
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
        nodes[listing.NodeUrl] = new NodeView(listing.NodeUrl, cameraId ?? nodes.GetValueOrDefault(listing.NodeUrl)?.CameraId, time.GetUtcNow(), listing.Problem);
        state = state.Listed(listing.NodeUrl, listing.Takes);
        StartWhatIsNext();
    }

    private void StartWhatIsNext()
    {
        (state, var start) = state.Next(time.GetUtcNow());
        foreach (var item in start)
        {
            if (item.Step == PullStep.Fetch)
            {
                var transfer = new TransferProgress(time);
                progress[item.Take.Id] = transfer;
                Start(item.Take.Id, token => pull.FetchAsync(item.Take, transfer, token), new Fetched(item.Take.Id));
            }
            else
            {
                Start(item.Take.Id, token => pull.ConfirmAsync(item.Take, token), new Confirmed(item.Take.Id));
            }
        }

        Show();
    }

    private void Start(RecordingId id, Func<CancellationToken, Task> work, object done)
    {
        var token = stopping.Token;
        Task.Run(() => work(token), CancellationToken.None).PipeTo(
            Self,
            success: () => done,
            failure: cause => new Failed(id, cause is PullException or TakeNotWholeException ? cause.Message : $"{id} could not be taken over: {cause.Message}", cause is TakeNotWholeException));
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
        nodes.Values.OrderBy(node => node.NodeUrl, StringComparer.Ordinal).ToList());

    private sealed record PollDue
    {
        public static readonly PollDue Instance = new();
    }

    private sealed record Tick
    {
        public static readonly Tick Instance = new();
    }

    private sealed record NodeListed(NodeListing Listing);

    private sealed record NodeSilent(string NodeUrl, string Problem);

    private sealed record Fetched(RecordingId Id);

    private sealed record Confirmed(RecordingId Id);

    private sealed record Failed(RecordingId Id, string Problem, bool BackToFetch);
}
