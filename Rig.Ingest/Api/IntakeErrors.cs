using System.Text.Json.Nodes;
using Rig.Hosting.Http;
using Rig.Ingest.Intake;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>What the server's other folders throw, as HTTP answers.</summary>
internal static class IntakeErrors
{
    public static int StatusOf(IntakeFault fault) => fault switch
    {
        IntakeFault.Invalid or IntakeFault.ChecksumMismatch => StatusCodes.Status400BadRequest,
        IntakeFault.Unknown => StatusCodes.Status404NotFound,
        IntakeFault.TimedOut => StatusCodes.Status408RequestTimeout,
        IntakeFault.Conflict => StatusCodes.Status409Conflict,
        IntakeFault.TooLarge => StatusCodes.Status413PayloadTooLarge,
        IntakeFault.Busy => StatusCodes.Status503ServiceUnavailable,
        IntakeFault.StorageFailed => StatusCodes.Status507InsufficientStorage,
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "A fault without a status."),
    };

    public static JsonObject BodyOf(IntakeException refusal) => ApiError.Body(StatusOf(refusal.Fault), refusal.Message, MoreOf(refusal));

    /// <summary>Inside of <see cref="ApiError.UseApiErrors"/>, which answers.</summary>
    public static void UseIntakeErrors(this WebApplication app) => app.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (IntakeException e)
        {
            throw new ApiException(StatusOf(e.Fault), e.Message, MoreOf(e));
        }
        catch (SlowSenderException)
        {
            throw new ApiException(StatusCodes.Status408RequestTimeout, "The request came too slowly and was given up. Send it again.");
        }
    });

    private static JsonObject MoreOf(IntakeException refusal)
    {
        var more = new JsonObject();
        if (refusal is { Expected: { } expected, Calculated: { } calculated })
        {
            (more["expected"], more["calculated"]) = (expected, calculated);
        }

        if (refusal.MissingChunks is { } missing)
        {
            more["missing"] = new JsonArray([.. missing.Select(index => JsonValue.Create(index))]);
        }

        return more;
    }
}
