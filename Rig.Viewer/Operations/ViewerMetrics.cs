using System.Diagnostics.Metrics;

namespace Rig.Viewer.Operations;

/// <summary>What the viewer counts of itself.</summary>
internal sealed class ViewerMetrics
{
    public const string MeterName = "Rig.Viewer";

    private readonly Counter<long> signIns;
    private readonly Counter<long> mediaRequests;
    private readonly Counter<long> pushedBytes;
    private readonly Counter<long> publishedGames;

    public ViewerMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        signIns = meter.CreateCounter<long>("rig_viewer_sign_ins", description: "Sign-in attempts by result.");
        mediaRequests = meter.CreateCounter<long>("rig_viewer_media_requests", description: "Authorised media requests.");
        pushedBytes = meter.CreateCounter<long>("rig_viewer_pushed_bytes", description: "Bytes received from the ingest server.");
        publishedGames = meter.CreateCounter<long>("rig_viewer_published_games", description: "Games published or published anew.");
    }

    public void SignIn(bool succeeded) => signIns.Add(1, new KeyValuePair<string, object?>("result", succeeded ? "ok" : "refused"));

    public void MediaRequest() => mediaRequests.Add(1);

    public void PushedBytes(long bytes) => pushedBytes.Add(bytes);

    public void GamePublished() => publishedGames.Add(1);
}
