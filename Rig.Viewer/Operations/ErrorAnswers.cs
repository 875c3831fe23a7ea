using Microsoft.AspNetCore.Diagnostics;
using Rig.Hosting.Http;

namespace Rig.Viewer.Operations;

/// <summary>Errors in the reader's language: JSON below /api and /media, a page elsewhere.</summary>
internal static class ErrorAnswers
{
    public static bool WantsJson(HttpRequest request) =>
        request.Path.StartsWithSegments("/api") || request.Path.StartsWithSegments("/media");

    public static void UseErrorAnswers(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(failed => failed.Run(context => AnswerAsync(context)));
        app.UseStatusCodePages(context => AnswerAsync(context.HttpContext));
    }

    public static string Sentence(int statusCode) => statusCode switch
    {
        400 => "The request is not understood. Go back and try again.",
        401 => "Sign in first.",
        403 => "This account may not do that, or another site's page asked for it.",
        404 => "There is nothing here, or it belongs to a team that this account does not see.",
        405 => "This address does not answer to that method.",
        413 => "The request is too large.",
        416 => "The range lies outside the file.",
        421 => "The viewer does not answer to this name. Whoever runs it sets its names: Rig:Viewer:PublicUrl and Rig:Viewer:Hosts.",
        429 => "Too many attempts. Wait a minute, then try again.",
        _ => "Something went wrong on our side. Try again in a minute.",
    };

    private static async Task AnswerAsync(HttpContext context)
    {
        var statusCode = context.Features.Get<IExceptionHandlerFeature>()?.Error is BadHttpRequestException bad ? bad.StatusCode : context.Response.StatusCode;
        context.Response.StatusCode = statusCode;
        if (WantsJson(context.Request))
        {
            await ApiError.Of(statusCode, Sentence(statusCode)).ExecuteAsync(context);
            return;
        }

        await ErrorPage.WriteAsync(context.Response, statusCode, Sentence(statusCode), context.RequestAborted);
    }
}

/// <summary>A page that needs nothing: no database, no session, no template.</summary>
internal static class ErrorPage
{
    public static Task WriteAsync(HttpResponse response, int statusCode, string sentence, CancellationToken cancellationToken)
    {
        response.ContentType = "text/html; charset=utf-8";
        return response.WriteAsync(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
              <title>{statusCode} - Rig</title>
              <link rel="icon" href="/favicon.svg" type="image/svg+xml">
              <link rel="stylesheet" href="/css/site.css">
            </head>
            <body>
              <main class="message">
                <p class="message-code">{statusCode}</p>
                <h1>{sentence}</h1>
                <p><a class="button" href="/">To your games</a></p>
              </main>
            </body>
            </html>
            """,
            cancellationToken);
    }
}
