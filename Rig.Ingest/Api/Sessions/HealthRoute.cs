using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Ingest.Security;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>Whoever is not known learns <see cref="Status"/> alone; the rest is left out.</summary>
/// <param name="Status"><c>healthy</c> or <c>unhealthy</c>.</param>
/// <param name="StorageFreeGb">Free where the sessions lie, in 10^9 bytes.</param>
/// <param name="ClusterMembers">Cameras and servers that are up, this one included; 0 outside of a cluster.</param>
/// <param name="Insecure">What the configuration leaves open, a sentence each.</param>
/// <param name="Error">A sentence; left out while the server is healthy.</param>
internal sealed record HealthReply(
    string Status,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? StorageFreeGb = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? ActiveUploads = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? ClusterMembers = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Insecure = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error = null);

internal static class HealthRoute
{
    public static void MapHealth(this WebApplication app) =>
        app.MapGetAndHead("/api/v1/health", HealthAsync).Produces<HealthReply>().Produces<HealthReply>(StatusCodes.Status503ServiceUnavailable).AllowEverybody();

    private static async Task<JsonHttpResult<HealthReply>> HealthAsync(
        HttpContext context, NpgsqlDataSource database, FreeSpace space, ActiveUploads uploads, IngestActors actors, Insecurity insecurity, CancellationToken cancellationToken)
    {
        var isKnown = context.User.Identity?.IsAuthenticated == true;
        var health = isKnown
            ? new HealthReply("healthy", Math.Round(space.FreeGb, 1), uploads.Count, actors.ClusterMembers, insecurity.Sentences)
            : new HealthReply("healthy");
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
                health with { Status = "unhealthy", Error = isKnown ? "The database does not answer; recordings cannot be received. Start PostgreSQL." : null },
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }
}
