using Prometheus;

namespace Rig.Viewer.Operations;

/// <summary>What the viewer counts of itself. Labels are the program's own constants, so the number of series is bounded.</summary>
internal sealed class ViewerMetrics
{
    private readonly Counter signIns;
    private readonly Counter mediaRequests;
    private readonly Counter publishedBytes;
    private readonly Counter publishedGames;

    public ViewerMetrics(CollectorRegistry registry)
    {
        var metrics = Metrics.WithCustomRegistry(registry);
        signIns = metrics.CreateCounter("rig_viewer_sign_ins_total", "Sign-in attempts by result.", "result");
        mediaRequests = metrics.CreateCounter("rig_viewer_media_requests_total", "Authorised media requests.");
        publishedBytes = metrics.CreateCounter("rig_viewer_pushed_bytes_total", "Bytes received from the ingest server.");
        publishedGames = metrics.CreateCounter("rig_viewer_published_games_total", "Games published or published again.");
    }

    public void SignIn(bool succeeded) => signIns.WithLabels(succeeded ? "ok" : "refused").Inc();

    public void MediaRequest() => mediaRequests.Inc();

    public void PublishedBytes(long bytes) => publishedBytes.Inc(bytes);

    public void GamePublished() => publishedGames.Inc();
}
