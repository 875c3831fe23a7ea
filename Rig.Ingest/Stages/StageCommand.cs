using System.Text.Json;
using Rig.Actors.Pipeline;
using Rig.Domain.Messages;
using Rig.Hosting.Configuration;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Rig.Ingest.Stages;

/// <summary><c>rig-ingest stage NAME</c>: the child's side of <see cref="StageProcess"/>.</summary>
internal static class StageCommand
{
    /// <returns>0 when it told a result or a failure, 2 on bad usage.</returns>
    public static async Task<int> RunAsync(string[] args, TextReader input, TextWriter output)
    {
        if (args is not [var name, .. var settings] || !Enum.TryParse<PipelineStage>(name, out var stage))
        {
            await Console.Error.WriteLineAsync("rig-ingest stage is started by the home server itself, with a stage's name.");
            return 2;
        }

        var line = await input.ReadLineAsync();
        if (line is null || JsonSerializer.Deserialize(line, StageJson.Default.StageInput) is not { } given)
        {
            await Console.Error.WriteLineAsync("rig-ingest stage: nothing came on the standard input.");
            return 2;
        }

        EndWithTheServer(input);
        var lines = new StageLines(output);
        try
        {
            using var host = Build(settings, lines);
            var worker = host.Services.GetRequiredKeyedService<IPipelineStage>(stage);
            lines.Write(new StageLine(Result: await worker.RunAsync(given.ToContext(), lines, CancellationToken.None)));
        }
        catch (StageFailedException e)
        {
            lines.Write(new StageLine(Refused: e.Message));
        }
        catch (Exception e)
        {
            lines.Write(new StageLine(Failed: RigOptions.Refusal(e) ?? e.Message));
        }

        return 0;
    }

    private static IHost Build(string[] settings, StageLines lines)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.ClearProviders().AddProvider(lines);
        builder.Services.AddSingleton(TimeProvider.System).AddStages(builder.Configuration);
        return builder.Build();
    }

    /// <summary>The server holds the other end of the standard input: once that is closed, nobody waits for the stage.</summary>
    private static void EndWithTheServer(TextReader input) => new Thread(() =>
    {
        while (input.ReadLine() is not null)
        {
        }

        Environment.Exit(1);
    })
    { IsBackground = true }.Start();

    /// <summary>Progress and log of the stage as lines for the server.</summary>
    private sealed class StageLines(TextWriter output) : IProgress<StageProgress>, ILoggerProvider
    {
        private readonly Lock gate = new();

        public void Report(StageProgress value) => Write(new StageLine(Progress: value));

        public ILogger CreateLogger(string categoryName) => new StageLogger(this, categoryName);

        public void Write(StageLine line)
        {
            lock (gate)
            {
                output.WriteLine(line.ToJson());
                output.Flush();
            }
        }

        public void Dispose()
        {
        }
    }

    private sealed class StageLogger(StageLines lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Write(new StageLine(Log: new StageLogEntry(logLevel, category, exception is null ? formatter(state, exception) : $"{formatter(state, exception)} {exception}")));
    }
}
