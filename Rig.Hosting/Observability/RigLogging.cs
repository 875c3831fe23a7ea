using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Rig.Hosting.Observability;

/// <summary>The log of the three programs: lines on the console, and in development mode compact JSON (CLEF) in files as well.</summary>
public static class RigLogging
{
    private const int KeptDays = 7;
    private const long MaxFileBytes = 50 << 20;

    /// <param name="program">Stem of the files' names.</param>
    /// <param name="folder">Null writes no files: a node in production mode keeps its disk for video.</param>
    public static void AddRigLogging(this IHostApplicationBuilder builder, string program, string? folder)
    {
        var tail = new LogTail();
        var configuration = new LoggerConfiguration()
            .MinimumLevel.ControlledBy(tail.Switch)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Information)
            .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
            .WriteTo.Sink(tail)
            .WriteTo.Console(
                outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {SourceContext} {Message:lj}{NewLine}{Exception}",
                formatProvider: CultureInfo.InvariantCulture);
        if (folder is not null)
        {
            configuration.WriteTo.File(
                // With the message as people read it: in the field the reader is grep.
                new RenderedCompactJsonFormatter(),
                Path.Combine(folder, program + "-.jsonl"),
                rollingInterval: RollingInterval.Day,
                retainedFileCountLimit: KeptDays,
                fileSizeLimitBytes: MaxFileBytes,
                rollOnFileSizeLimit: true);
        }

        builder.Services.AddSingleton(tail);
        builder.Logging.ClearProviders();
        builder.Services.AddSerilog(configuration.CreateLogger(), dispose: true);
    }
}
