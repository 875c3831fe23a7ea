using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Rig.Domain.Publishing;
using Rig.Hosting.Configuration;
using Rig.Hosting.Http;
using Rig.Viewer.Operations;
using Rig.Viewer.Watch;

namespace Rig.Viewer.Push;

/// <summary>The ingest server's side door; docs/ref/push-api.md.</summary>
internal static class PushEndpoints
{
    public const long MaxBodyBytes = 64 * 1024 * 1024;
    private const string OffsetHeader = "Upload-Offset";

    public static void AddPush(this IServiceCollection services)
    {
        services.AddRigOptions<PushOptions>(PushOptions.Section)
            .Validate(options => options.ApiKeySha256.Length == 0 || MediaStore.IsSha256(options.ApiKeySha256), "Rig:Push:ApiKeySha256 must be the SHA-256 of the push key as 64 lower-case hex digits.");
        services.AddSingleton<PushKeyFilter>();
        services.AddSingleton<GameGates>();
        services.AddSingleton<IncomingFiles>();
        services.AddScoped<PushedGames>();
        services.AddScoped<PushService>();
    }

    public static void MapPush(this IEndpointRouteBuilder routes)
    {
        // The key stands for the session: cookies count for nothing here, so there is nothing to forge.
        var push = routes.MapGroup("/api/v1/push/games").AllowAnonymous()
            .AddEndpointFilter(routes.ServiceProvider.GetRequiredService<PushKeyFilter>());
        push.MapPost("/", AnnounceAsync);
        push.MapGetAndHead("/{gameId:int}", async (int gameId, PushService service, CancellationToken cancellationToken) => Answer(await service.StatusAsync(gameId, cancellationToken)));
        push.MapPatch("/{gameId:int}/files/{name}", AppendAsync);
        push.MapPost("/{gameId:int}/publish", async (int gameId, PushService service, CancellationToken cancellationToken) => Answer(await service.PublishAsync(gameId, cancellationToken)));
    }

    private static async Task<IResult> AnnounceAsync(HttpContext context, PushService service, CancellationToken cancellationToken)
    {
        LimitBody(context);
        GamePush? push;
        try
        {
            push = await JsonSerializer.DeserializeAsync(context.Request.Body, GamePushJson.Default.GamePush, cancellationToken);
        }
        catch (JsonException broken)
        {
            return ErrorAnswers.Error(StatusCodes.Status400BadRequest, $"The body is not a game: it breaks at '{broken.Path ?? "$"}'. See docs/ref/push-api.md.");
        }

        return push is null
            ? ErrorAnswers.Error(StatusCodes.Status400BadRequest, "The body is null where a game is expected. See docs/ref/push-api.md.")
            : Answer(await service.AnnounceAsync(push, cancellationToken));
    }

    private static async Task<IResult> AppendAsync(int gameId, string name, HttpContext context, PushService service, CancellationToken cancellationToken)
    {
        LimitBody(context);
        if (context.Request.ContentLength > MaxBodyBytes)
        {
            return ErrorAnswers.Error(StatusCodes.Status413PayloadTooLarge, "The body is over 64 MiB; send the file in smaller pieces.");
        }

        if (!long.TryParse(context.Request.Headers[OffsetHeader].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            return ErrorAnswers.Error(StatusCodes.Status400BadRequest, "The header Upload-Offset is missing or not a number of bytes.");
        }

        var outcome = await service.AppendAsync(gameId, name, offset, context.Request.ContentLength, context.Request.Body, cancellationToken);
        if (outcome.OffsetBytes is { } held)
        {
            context.Response.Headers[OffsetHeader] = held.ToString(CultureInfo.InvariantCulture);
        }

        return outcome.Refusal is { } refusal ? ErrorAnswers.Error(refusal.StatusCode, refusal.Error) : Results.NoContent();
    }

    private static void LimitBody(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MaxBodyBytes;
        }
    }

    private static IResult Answer(PushAnswer answer) => answer.Refusal is { } refusal
        ? ErrorAnswers.Error(refusal.StatusCode, refusal.Error)
        : Results.Json(answer.Status, GamePushJson.Default.GamePushStatus);
}
