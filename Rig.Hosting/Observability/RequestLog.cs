using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Serilog;
using Serilog.Events;

namespace Rig.Hosting.Observability;

/// <summary>One line in the log for each request that changes something or fails.</summary>
public static class RequestLog
{
    /// <summary>
    /// Comes first in the pipeline, so that the line has the status that the client got. The query is never written: it may hold
    /// what only its sender should know.
    /// </summary>
    public static void UseRequestLog(this WebApplication app) => app.UseSerilogRequestLogging(options =>
    {
        // Not Serilog's static logger: several hosts in one process each have their own.
        options.Logger = app.Services.GetRequiredService<ILogger>();
        options.MessageTemplate = "{RequestMethod} {RequestPath} answered {StatusCode} in {Elapsed:0} ms";
        options.GetMessageTemplateProperties = (context, _, elapsedMs, status) =>
        [
            new("RequestMethod", new ScalarValue(context.Request.Method)),
            // Escaped: a line break in a path must not begin a line of the log.
            new("RequestPath", new ScalarValue(context.Request.Path.ToUriComponent())),
            new("StatusCode", new ScalarValue(status)),
            new("Elapsed", new ScalarValue(elapsedMs)),
        ];
        options.GetLevel = (context, _, failure) => LevelOf(
            context.Request.Method, context.Request.Path, context.Response.StatusCode, failure is not null, context.RequestAborted.IsCancellationRequested);
    });

    /// <summary>
    /// Debug, which is not written unless an operator asks for it, for reads (pages poll status, previews and health every second)
    /// and for the pieces of an upload, of which a match has thousands; Error for what the program did wrong.
    /// </summary>
    /// <param name="status">503 says "not now" and is no error: a camera without a picture yet answers it to every poll.</param>
    /// <param name="failed">An exception reached the top.</param>
    /// <param name="aborted">The client went away.</param>
    public static LogEventLevel LevelOf(string method, PathString path, int status, bool failed, bool aborted) => (failed, status) switch
    {
        _ when aborted => LogEventLevel.Debug,
        (true, _) or (_, >= 500 and not 503) => LogEventLevel.Error,
        _ when HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsPatch(method) => LogEventLevel.Debug,
        _ when path.Value?.EndsWith("/chunk", StringComparison.OrdinalIgnoreCase) == true => LogEventLevel.Debug,
        (_, 503) => LogEventLevel.Warning,
        _ => LogEventLevel.Information,
    };
}
