using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using Rig.Hosting.Configuration;
using Rig.Ingest.Hosting;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Receive;

internal static class ReceiveApi
{
    public static IServiceCollection AddReceive(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<ServerOptions>(ServerOptions.Section)
            .Validate(o => o.Port is >= 0 and <= 65535, "Rig:Server:Port must be 0 to 65535.")
            .Validate(o => o.OlderRigsPort is >= 0 and <= 65535 && (o.OlderRigsPort == 0 || o.OlderRigsPort != o.Port), "Rig:Server:OlderRigsPort must be 0 for none, or a port other than Rig:Server:Port, such as 5100.")
            .Validate(o => o.MaxUploadSizeGb is > 0 and <= 1_000_000, "Rig:Server:MaxUploadSizeGb must be more than 0.")
            .Validate(o => o.UploadTimeoutSec is > 0 and <= 2_000_000, "Rig:Server:UploadTimeoutSec must be more than 0 seconds.")
            .Validate(o => o.MaxConcurrentUploads is >= 1 and <= 10_000, "Rig:Server:MaxConcurrentUploads must be 1 to 10000.")
            .Validate(o => o.UploadLifetime >= TimeSpan.FromHours(1) && o.UploadLifetime <= TimeSpan.FromDays(365), "Rig:Server:UploadLifetime must be 01:00:00 to 365 days, such as 7.00:00:00.")
            .Validate(o => o.MinBytesPerSecond is > 0 and <= 1_000_000, "Rig:Server:MinBytesPerSecond must be 1 to 1000000.")
            .Validate(o => o.StallSec is >= 2 and <= 3600, "Rig:Server:StallSec must be 2 to 3600 seconds.")
            .Validate(o => o.ClusterPort is >= 0 and <= 65535, "Rig:Server:ClusterPort must be 0 to 65535.");
        services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlockPoolFactory>();
        services.AddSingleton<ActiveUploads>();
        services.AddSingleton<TakeIntake>();
        services.AddSingleton<UploadHandler>();
        services.AddSingleton<ConfirmHandler>();
        services.AddSingleton<UploadTurns>();
        services.AddSingleton<ResumableUploads>();
        services.AddSingleton<ChunkedUploads>();
        services.AddHostedService<UploadSweeper>();
        return services;
    }

    public static void MapReceive(this WebApplication app)
    {
        app.MapPost("/api/v1/upload", (HttpContext context, UploadHandler forms, ResumableUploads resumable) =>
            UploadHandler.Takes(context.Request) ? forms.UploadAsync(context) : resumable.CreateAsync(context));
        app.MapMethods("/api/v1/upload", ["OPTIONS"], (HttpContext context, ResumableUploads resumable) => resumable.Describe(context));
        app.MapMethods(ResumableUploads.Root + "{id}", ["HEAD", "GET"], (HttpContext context, string id, ResumableUploads resumable) => resumable.HeadAsync(context, id));
        app.MapPatch(ResumableUploads.Root + "{id}", (HttpContext context, string id, ResumableUploads resumable) => resumable.AppendAsync(context, id));
        app.MapDelete(ResumableUploads.Root + "{id}", (HttpContext context, string id, ResumableUploads resumable) => resumable.CancelAsync(context, id));
        app.MapPost("/api/v1/upload/confirm", (HttpContext context, ConfirmHandler handler) => handler.ConfirmAsync(context));
        app.MapGet("/api/v1/health", HealthAsync);
        app.MapChunked();
    }

    private static async Task<IResult> HealthAsync(NpgsqlDataSource database, FreeSpace space, ActiveUploads uploads, IngestActors actors, CancellationToken cancellationToken)
    {
        var health = new JsonObject
        {
            ["status"] = "healthy",
            ["storage_free_gb"] = Math.Round(space.FreeGb, 1),
            ["active_uploads"] = uploads.Count,
            ["cluster_members"] = actors.ClusterMembers,
        };
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            command.CommandTimeout = 5;
            await command.ExecuteScalarAsync(cancellationToken);
            return Results.Json(health);
        }
        catch (NpgsqlException)
        {
            health["status"] = "unhealthy";
            health["error"] = "The database does not answer; recordings cannot be received. Start PostgreSQL.";
            return Results.Json(health, statusCode: 503);
        }
    }
}
