using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Rig.Domain.Publishing;
using Rig.Hosting.Configuration;
using Rig.Hosting.Http;
using Rig.Viewer.Watch;

namespace Rig.Viewer.Publish;

/// <summary>What only the ingest server calls. The routes keep the name that they had before publishing was called so; docs/ref/publish-api.md.</summary>
internal static class PublishEndpoints
{
    public const long MaxBodyBytes = 64 * 1024 * 1024;
    private const string OffsetHeader = "Upload-Offset";

    public static void AddPublish(this IServiceCollection services)
    {
        services.AddRigOptions<PublishOptions>(PublishOptions.Section)
            .Validate(options => options.ApiKeySha256.Length == 0 || MediaStore.IsSha256(options.ApiKeySha256), "Rig:Push:ApiKeySha256 must be the SHA-256 of the publish key as 64 lower-case hex digits.");
        services.AddSingleton<PublishKeyFilter>();
        services.AddSingleton<GameGates>();
        services.AddSingleton<IncomingFiles>();
        services.AddScoped<AnnouncedGames>();
        services.AddScoped<PublicationService>();
    }

    public static void MapPublish(this IEndpointRouteBuilder routes)
    {
        // The key stands for the session: cookies count for nothing here, so there is nothing to forge.
        var games = routes.MapGroup("/api/v1/push/games").AllowAnonymous()
            .AddEndpointFilter(routes.ServiceProvider.GetRequiredService<PublishKeyFilter>());
        games.MapPost("/", AnnounceAsync).Accepts<GamePublication>("application/json").Produces<PublicationStatus>();
        games.MapGetAndHead("/{gameId:int}", async (int gameId, PublicationService service, CancellationToken cancellationToken) => Answer(await service.StatusAsync(gameId, cancellationToken))).Produces<PublicationStatus>();
        games.MapPatch("/{gameId:int}/files/{name}", AppendAsync).Produces(StatusCodes.Status204NoContent);
        games.MapPost("/{gameId:int}/publish", async (int gameId, PublicationService service, CancellationToken cancellationToken) => Answer(await service.PublishAsync(gameId, cancellationToken))).Produces<PublicationStatus>();
    }

    private static async Task<IResult> AnnounceAsync(HttpContext context, PublicationService service, CancellationToken cancellationToken)
    {
        LimitBody(context);
        GamePublication? publication;
        try
        {
            publication = await JsonSerializer.DeserializeAsync(context.Request.Body, PublicationJson.Default.GamePublication, cancellationToken);
        }
        catch (JsonException broken)
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, $"The body is not a game: it breaks at '{broken.Path ?? "$"}'. See docs/ref/publish-api.md.");
        }

        return publication is null
            ? ApiError.Of(StatusCodes.Status400BadRequest, "The body is null where a game is expected. See docs/ref/publish-api.md.")
            : Answer(await service.AnnounceAsync(publication, cancellationToken));
    }

    private static async Task<IResult> AppendAsync(int gameId, string name, HttpContext context, PublicationService service, CancellationToken cancellationToken)
    {
        LimitBody(context);
        if (context.Request.ContentLength > MaxBodyBytes)
        {
            return ApiError.Of(StatusCodes.Status413PayloadTooLarge, "The body is over 64 MiB; send the file in smaller pieces.");
        }

        if (!long.TryParse(context.Request.Headers[OffsetHeader].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            return ApiError.Of(StatusCodes.Status400BadRequest, "The header Upload-Offset is missing or not a number of bytes.");
        }

        var outcome = await service.AppendAsync(gameId, name, offset, context.Request.ContentLength, context.Request.Body, cancellationToken);
        if (outcome.OffsetBytes is { } held)
        {
            context.Response.Headers[OffsetHeader] = held.ToString(CultureInfo.InvariantCulture);
        }

        return outcome.Refusal is { } refusal ? ApiError.Of(refusal.StatusCode, refusal.Error) : Results.NoContent();
    }

    private static void LimitBody(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }
    }

    private static IResult Answer(PublicationAnswer answer) => answer.Refusal is { } refusal
        ? ApiError.Of(refusal.StatusCode, refusal.Error)
        : Results.Json(answer.Status, PublicationJson.Default.PublicationStatus);
}
