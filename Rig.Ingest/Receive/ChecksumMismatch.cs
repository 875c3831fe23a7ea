using System.Text.Json.Nodes;
using Rig.Hosting.Http;

namespace Rig.Ingest.Receive;

internal static class ChecksumMismatch
{
    /// <param name="expected">Lower-case hex, as the client said.</param>
    /// <param name="calculated">Lower-case hex, of the bytes that came; empty when there are none.</param>
    public static ApiException Of(string expected, string calculated) =>
        new(400, "Checksum mismatch", new JsonObject { ["expected"] = expected, ["calculated"] = calculated });
}
