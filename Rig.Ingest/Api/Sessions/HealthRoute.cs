using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="StorageFreeGb">Free where the sessions lie, in 10^9 bytes.</param>
/// <param name="ClusterMembers">Cameras and servers that are up, this one included; 0 outside of a cluster.</param>
/// <param name="Error">A sentence; left out while the server is healthy.</param>
internal sealed record HealthReply(
    string Status,
    double StorageFreeGb,
    int ActiveUploads,
    int ClusterMembers,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null);

internal static class HealthRoute
{
    public static void MapHealth(this WebApplication app) =>
        app.MapGet("/api/v1/health", HealthAsync).Produces<HealthReply>().Produces<HealthReply>(StatusCodes.Status503ServiceUnavailable);

    private static async Task<JsonHttpResult<HealthReply>> HealthAsync(
        NpgsqlDataSource database, FreeSpace space, ActiveUploads uploads, IngestActors actors, CancellationToken cancellationToken)
    {
        var health = new HealthReply("healthy", Math.Round(space.FreeGb, 1), uploads.Count, actors.ClusterMembers);
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            command.CommandTimeout = 5;
            await command.ExecuteScalarAsync(cancellationToken);
            return TypedResults.Json(health);
        }
        catch (NpgsqlException)
        {
            return TypedResults.Json(
                health with { Status = "unhealthy", Error = "The database does not answer; recordings cannot be received. Start PostgreSQL." },
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
