using System.Globalization;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Rig.CameraNode.Hosting;

/// <summary>The newest log lines, in memory, for whoever has no other way to see them: a node in production mode writes no files.</summary>
internal sealed class LogMemory(TimeProvider time) : ILoggerProvider
{
    private const int Capacity = 1000;
    private const int MaxLineLength = 2000;

    private readonly TimeProvider time = time;
    private readonly Queue<string> lines = new(Capacity);

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<string> Last(int count)
    {
        lock (lines)
        {
            return [.. lines.Skip(Math.Max(0, lines.Count - count))];
        }
    }

    public void Dispose()
    {
    }

    private void Add(string line)
    {
        lock (lines)
        {
            if (lines.Count == Capacity)
            {
                lines.Dequeue();
            }

            lines.Enqueue(line.Length <= MaxLineLength ? line : line[..MaxLineLength]);
        }
    }

    private sealed class Logger(LogMemory memory, string category) : ILogger
    {
        private readonly LogMemory memory = memory;

        // The framework's own chatter is only worth keeping when it warns.
        private readonly LogLevel least = category.StartsWith("Microsoft", StringComparison.Ordinal) || category.StartsWith("System", StringComparison.Ordinal)
            ? LogLevel.Warning
            : LogLevel.Information;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                memory.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{memory.time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {logLevel} {category} {formatter(state, exception)}{(exception is null ? "" : $" | {exception.GetType().Name}: {exception.Message}")}"));
            }
        }
    }
}
