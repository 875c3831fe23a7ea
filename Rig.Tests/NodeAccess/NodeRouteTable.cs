namespace Rig.Tests.NodeAccess;

/// <param name="Route">Method and pattern as the program has it; a GET stands for its HEAD, too.</param>
/// <param name="Callers">Who is answered; everybody else gets 401 (nobody known) or 403.</param>
internal sealed record NodeRouteRule(string Route, string Callers);

/// <summary>
/// Who may do what on a camera node: the reviewed table. A route that is not here fails the tests; to add one, say who needs it and
/// why. An owner's phone is an operator's, too; node and server are other machines, by their certificates.
/// </summary>
internal static class NodeRouteTable
{
    public const string Everybody = "nobody operator owner node server";

    private const string Phones = "operator owner";
    private const string Owners = "owner";
    private const string Machines = "node server";

    public static readonly IReadOnlyList<NodeRouteRule> Rules =
    [
        // Open: nothing of a person is in them. The figures are for this machine, which the tests are, and for phones.
        new("GET /api/v1/health", Everybody),
        new("GET /metrics", Everybody),

        // How one becomes known; what they tell is in PairingTests.
        new("GET /api/v1/pairing", Everybody),
        new("POST /api/v1/pairing", Everybody),

        // Certificates: phones load the authority's; the rest is between machines, where a new one needs a valid old one (MachinePortTests).
        new("GET /api/v1/trust/authority", Everybody),
        new("GET /api/v1/trust/revoked", Machines),
        new("POST /api/v1/trust/revoked", Machines),
        new("POST /api/v1/trust/renew", Machines),

        // The match: whoever films.
        new("POST /api/v1/coordinator/start", Phones),
        new("POST /api/v1/coordinator/stop", Phones),
        new("GET /api/v1/coordinator/preflight", Phones),
        new("POST /api/v1/coordinator/preflight", Phones),
        new("GET /api/v1/coordinator/session", Phones),
        new("GET /api/v1/coordinator/sessions", Phones),
        new("GET /api/v1/coordinator/status", Phones),
        new("GET /api/v1/coordinator/peers", Phones),
        new("GET /api/v1/coordinator/recordings", Phones),
        new("POST /api/v1/coordinator/sync", Phones),
        new("POST /api/v1/coordinator/test", Phones),
        new("POST /api/v1/record/start", Phones),
        new("POST /api/v1/record/stop", Phones),
        new("GET /api/v1/events", Phones),
        new("GET /api/v1/framing/status", Phones),
        new("POST /api/v1/framing/check", Phones),
        new("POST /api/v1/framing/assist/start", Phones),
        new("POST /api/v1/framing/assist/stop", Phones),
        new("GET /api/v1/selftest", Phones),
        new("GET /api/v1/camera/modes", Phones),
        new("GET /api/v1/network/peers", Phones),

        // What a node asks of another for a phone, and the home server to show it.
        new("GET /api/v1/status", Phones + " node server"),
        new("GET /api/v1/sync/status", Phones + " node server"),
        new("POST /api/v1/sync/trigger", Phones + " node"),
        new("POST /api/v1/selftest", Phones + " node"),

        // Pictures of children: paired phones, and the node that asks for one of them. A phone asks its own node for the others'.
        new("GET /preview", Phones + " node"),
        new("GET /preview/snapshot", Phones + " node"),
        new("GET /preview/{camera}", Phones),
        new("GET /preview/{camera}/snapshot", Phones),

        // What was filmed. Videos leave by the home server and an owner alone; only they make a recording deletable.
        new("GET /api/v1/recordings", Phones + " node server"),
        new("GET /api/v1/recordings/{id}", Phones + " node server"),
        new("GET /api/v1/recordings/{id}/manifest", Phones + " server"),
        new("GET /manifest/{**path}", Phones + " server"),
        new("GET /api/v1/recordings/{id}/download", Owners + " server"),
        new("GET /api/v1/recordings/{id}/truth", Owners + " server"),
        new("GET /download/{**path}", Owners + " server"),
        new("POST /api/v1/recordings/confirm", Owners + " server"),
        new("POST /api/v1/recordings/cleanup", Owners),
        new("DELETE /api/v1/recordings/{id}", Owners),

        // Sending to the server that an owner set.
        new("GET /api/v1/offload/status", Phones),
        new("GET /api/v1/offload/jobs", Phones),
        new("GET /api/v1/offload/jobs/{id}", Phones),
        new("GET /api/v1/offload/server/health", Phones),
        new("POST /api/v1/offload/upload", Phones),
        new("POST /api/v1/offload/upload/all", Phones),
        new("POST /api/v1/offload/pause", Phones),
        new("POST /api/v1/offload/resume", Phones),
        new("POST /api/v1/offload/retry", Phones),

        // What moves trust, or cannot be undone on the touchline.
        new("GET /api/v1/config", Owners),
        new("POST /api/v1/config", Owners),
        new("GET /api/v1/update/check", Owners),
        new("POST /api/v1/update/check", Owners),
        new("POST /api/v1/update/apply", Owners),
        new("POST /api/v1/update/rollback", Owners),
        new("GET /api/v1/update/history", Owners),
        new("POST /api/v1/shutdown", Owners),
        new("POST /api/v1/reboot", Owners),
        new("POST /api/v1/mode", Owners),
        new("GET /api/v1/logs", Owners),
        new("GET /api/v1/network/status", Owners),
        new("POST /api/v1/network/ap/enable", Owners),
        new("POST /api/v1/network/ap/disable", Owners),
        new("POST /api/v1/coordinator/peers", Owners),
        new("DELETE /api/v1/coordinator/peers/{id}", Owners),
        new("GET /api/v1/access/devices", Owners),
        new("POST /api/v1/access/devices/{id}", Owners),
        new("DELETE /api/v1/access/devices/{id}", Owners),
        new("GET /api/v1/access/pin", Owners),
        new("POST /api/v1/access/pin", Owners),
        new("GET /api/v1/access/audit", Owners),

        // Last: it unpairs who asks.
        new("DELETE /api/v1/pairing", Phones),
    ];
}
