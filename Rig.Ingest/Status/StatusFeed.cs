using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Npgsql;
using Rig.Hosting.Files;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Status;

/// <summary>
/// Looks twice a second at the state that all servers share, tells everybody who listens when it changed, and exports it as
/// <c>processing/jobs.json</c>. A listener that is slow gets the newest state and none in between.
/// </summary>
public sealed class StatusFeed(StatusReader reader, SessionLayout layout, TimeProvider time, ILogger<StatusFeed> log) : BackgroundService
{
    private const int MaxListeners = 64;
    private const int ShownSessions = 20;

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Channel<string>, bool> listeners = new();
    private volatile string newest = "";

    /// <returns>Null when too many listen already. The newest state is the first thing to be read.</returns>
    public ChannelReader<string>? Listen(CancellationToken until)
    {
        if (listeners.Count >= MaxListeners)
        {
            return null;
        }

        var channel = Channel.CreateBounded<string>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        listeners.TryAdd(channel, true);
        if (newest is { Length: > 0 } state)
        {
            channel.Writer.TryWrite(state);
        }

        until.Register(() => listeners.TryRemove(channel, out _));
        return channel.Reader;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var exported = "";
        try
        {
            do
            {
                try
                {
                    var view = await reader.ServerAsync(ShownSessions, stoppingToken);
                    Tell(JsonSerializer.Serialize(view, StatusJson.Default.ServerView));
                    exported = Export(view, exported);
                }
                catch (Exception e) when (e is NpgsqlException or IOException)
                {
                    log.LogWarning("The state of the sessions could not be read or exported: {Problem}", e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private void Tell(string state)
    {
        if (state == newest)
        {
            return;
        }

        newest = state;
        foreach (var listener in listeners.Keys)
        {
            listener.Writer.TryWrite(state);
        }
    }

    private string Export(ServerView view, string exported)
    {
        var jobs = new JobsView(view.Sessions.Where(session => session.QueuedAt is not null).Select(session => new JobView(session.SessionId, session.Status, session.Stages)).ToList());
        var bytes = JsonSerializer.SerializeToUtf8Bytes(jobs, JobsJson.Default.JobsView);
        var text = System.Text.Encoding.UTF8.GetString(bytes);
        if (text != exported)
        {
            DurableFile.Write(layout.JobsPath, bytes);
        }

        return text;
    }
}
