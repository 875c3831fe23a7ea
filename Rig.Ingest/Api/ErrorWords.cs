using Microsoft.AspNetCore.WebUtilities;
using Rig.Hosting.Http;

namespace Rig.Ingest.Api;

/// <summary>Words for the answers that a gate or routing gives by its number alone.</summary>
internal static class ErrorWords
{
    public static void UseErrorWords(this WebApplication app) => app.UseStatusCodePages(answered =>
    {
        var context = answered.HttpContext;
        return ApiError.Of(context.Response.StatusCode, Sentence(context)).ExecuteAsync(context);
    });

    private static string Sentence(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status403Forbidden => "A page of another site asked for that.",
        StatusCodes.Status404NotFound => $"There is no {context.Request.Method} {context.Request.Path} here.",
        StatusCodes.Status405MethodNotAllowed => "This address does not answer to that method.",
        StatusCodes.Status421MisdirectedRequest => "This server does not answer to that name. Whoever runs it adds the name to Rig:Security:Hosts.",
        var status => ReasonPhrases.GetReasonPhrase(status) + ".",
    };
}
