namespace Rig.Tests.Ingest;

/// <summary>What one request is answered to each kind of caller.</summary>
/// <param name="Route">Method and pattern as the program has it.</param>
/// <param name="Nobody">Without session, key or certificate.</param>
/// <param name="Member">An account that watches.</param>
/// <param name="Owner">An account that steers too.</param>
/// <param name="Uploader">A program with the server's key.</param>
/// <param name="Node">A camera node with the rig's certificate.</param>
internal sealed record RouteRule(string Route, int Nobody, int Member, int Owner, int Uploader, int Node);

/// <summary>
/// Who may do what on the home server: the reviewed table. A route that is not here fails the tests; to add one, say for each caller
/// what it answers and why that is right. What steers a session names one that is not there: 404 is an answer to who may.
/// </summary>
internal static class RouteTable
{
    public static readonly IReadOnlyList<RouteRule> Rules =
    [
        // Open to everyone: nothing of a match or a person is in them. /metrics answers this machine and owners (RouteTests).
        new("GET /health", 200, 200, 200, 200, 200),
        new("GET /api/v1/health", 200, 200, 200, 200, 200),
        new("GET /metrics", 200, 200, 200, 200, 200),
        new("GET /api/v1/sign-in", 200, 200, 200, 200, 200),
        new("POST /api/v1/sign-in", 401, 401, 401, 401, 401),

        // Certificates: phones load the authority's; the rest is between machines, where a new one needs a valid old one (MachinePortTests).
        // This server is not enrolled and forgets what it is told.
        new("GET /api/v1/trust/authority", 404, 404, 404, 404, 404),
        new("GET /api/v1/trust/revoked", 401, 403, 403, 403, 404),
        new("POST /api/v1/trust/revoked", 401, 403, 403, 403, 204),
        new("POST /api/v1/trust/renew", 401, 403, 403, 403, 404),

        // A person's own.
        new("GET /api/v1/me", 401, 200, 200, 403, 403),
        new("POST /api/v1/sign-out", 401, 204, 204, 403, 403),
        new("POST /api/v1/sign-out/everywhere", 401, 204, 204, 403, 403),

        // The family's matches: children. No key and no camera opens them.
        new("GET /api/v1/sessions", 401, 200, 200, 403, 403),
        new("GET /api/v1/sessions/{id}", 401, 200, 200, 403, 403),
        new("GET /api/v1/sessions/{id}/history", 401, 200, 200, 403, 403),
        new("GET /api/v1/sessions/{id}/files/{name}", 401, 200, 200, 403, 403),
        new("GET /api/v1/events", 401, 200, 200, 403, 403),
        new("GET /api/v1/offload/status", 401, 200, 200, 403, 403),

        // What costs hours of work, or holds up the way home.
        new("POST /api/v1/sessions/{id}/process", 401, 403, 404, 403, 403),
        new("POST /api/v1/sessions/{id}/retry", 401, 403, 404, 403, 403),
        new("POST /api/v1/sessions/{id}/cancel", 401, 403, 404, 403, 403),
        new("POST /api/v1/offload/pause", 401, 403, 200, 403, 403),
        new("POST /api/v1/offload/resume", 401, 403, 200, 403, 403),
        new("POST /api/v1/offload/retry", 401, 403, 200, 403, 403),
        new("POST /api/v1/offload/verify", 401, 403, 400, 403, 403),

        // Programs that bring recordings; no person's session opens them. Here they ask for an upload that is not there,
        // or send what is none.
        new("POST /api/v1/upload", 401, 403, 403, 400, 400),
        new("OPTIONS /api/v1/upload", 401, 403, 403, 204, 204),
        new("GET /api/v1/upload/{id}", 401, 403, 403, 404, 404),
        new("PATCH /api/v1/upload/{id}", 401, 403, 403, 415, 415),
        new("DELETE /api/v1/upload/{id}", 401, 403, 403, 404, 404),
        new("POST /api/v1/upload/confirm", 401, 403, 403, 400, 400),
        new("POST /api/v1/upload/init", 401, 403, 403, 400, 400),
        new("POST /api/v1/upload/chunk", 401, 403, 403, 400, 400),
        new("POST /api/v1/upload/finalize", 401, 403, 403, 404, 404),
        new("GET /api/v1/upload/status", 401, 403, 403, 404, 404),
        new("POST /api/upload/init", 401, 403, 403, 400, 400),
        new("POST /api/upload/chunk", 401, 403, 403, 400, 400),
        new("POST /api/upload/finalize", 401, 403, 403, 404, 404),
        new("GET /api/upload/status", 401, 403, 403, 404, 404),
        new("POST /api/session/{id}/manifest", 401, 403, 403, 200, 200),

        // Still-frame cameras, each by its own key, which none of these shows (Frames/ContractTests).
        new("POST /api/v1/ingest/frame", 401, 403, 403, 403, 403),
        new("POST /api/v1/ingest/heartbeat", 401, 403, 403, 403, 403),
        new("POST /api/v1/ingest/event", 401, 403, 403, 403, 403),
        new("GET /api/v1/device/config", 401, 403, 403, 403, 403),

        // Their pictures: people of this house alone. Here there is no such device or event.
        new("GET /api/v1/admin/dashboard", 401, 200, 200, 403, 403),
        new("GET /api/v1/admin/metrics/{part}", 401, 404, 404, 403, 403),
        new("GET /api/v1/admin/devices", 401, 200, 200, 403, 403),
        new("GET /api/v1/admin/devices/{id}", 401, 404, 404, 403, 403),
        new("GET /api/v1/admin/devices/{id}/frame", 401, 404, 404, 403, 403),
        new("GET /api/v1/admin/events", 401, 200, 200, 403, 403),
        new("GET /api/v1/admin/events/{id}", 401, 404, 404, 403, 403),
        new("GET /api/v1/admin/events/{id}/images/{role}", 401, 404, 404, 403, 403),
        new("GET /api/v1/admin/captures", 401, 200, 200, 403, 403),
        new("GET /api/v1/admin/jobs/dead", 401, 200, 200, 403, 403),

        // Keys, regions and settings decide what is seen; each needs an owner.
        new("POST /api/v1/admin/devices", 401, 403, 400, 403, 403),
        new("POST /api/v1/admin/devices/{id}", 401, 403, 404, 403, 403),
        new("POST /api/v1/admin/devices/{id}/rotate-key", 401, 403, 404, 403, 403),
        new("POST /api/v1/admin/devices/{id}/config", 401, 403, 404, 403, 403),
        new("POST /api/v1/admin/devices/{id}/rois", 401, 403, 404, 403, 403),
        new("POST /api/v1/admin/events/{id}", 401, 403, 404, 403, 403),
        new("POST /api/v1/admin/jobs/{id}/requeue", 401, 403, 404, 403, 403),

        // What older rigs' programs look at, without a picture in it.
        new("GET /api/session/{id}/status", 401, 200, 200, 200, 200),
        new("GET /api/sessions", 401, 200, 200, 200, 200),
    ];
}
