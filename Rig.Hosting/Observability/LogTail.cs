using System.Globalization;
using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Display;

namespace Rig.Hosting.Observability;

/// <param name="Error">Type and message of an exception; its stack is in the log files only.</param>
public sealed record LogEntry(DateTimeOffset Time, LogEventLevel Level, string Source, string Message, string? Error);

/// <summary>The newest entries of this process's log, for operators, and the level from which it logs.</summary>
public sealed class LogTail : ILogEventSink
{
    /// <summary>Further entries push out the oldest.</summary>
    public const int Capacity = 1000;

    /// <summary>Entries that may wait for one slow follower; then it misses the oldest.</summary>
    private const int FollowerCapacity = 1000;

    private const int MaxMessageLength = 4000;

    private static readonly MessageTemplateTextFormatter Format = new("{Message:lj}", CultureInfo.InvariantCulture);

    private readonly Lock gate = new();
    private readonly Queue<LogEntry> entries = new();
    private readonly List<Follower> followers = [];

    public LogEventLevel Level
    {
        get => Switch.MinimumLevel;
        set => Switch.MinimumLevel = value;
    }

    internal LoggingLevelSwitch Switch { get; } = new(LogEventLevel.Information);

    public void Emit(Serilog.Events.LogEvent logEvent)
    {
        var source = logEvent.Properties.TryGetValue("SourceContext", out var value) && value is ScalarValue { Value: string name } ? name : "";
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        Format.Format(logEvent, text);
        var message = text.ToString();
        var error = logEvent.Exception is { } cause ? $"{cause.GetType().Name}: {cause.Message}" : null;
        var entry = new LogEntry(logEvent.Timestamp, logEvent.Level, source, message.Length > MaxMessageLength ? message[..MaxMessageLength] : message, error);
        lock (gate)
        {
            if (entries.Count == Capacity)
            {
                entries.Dequeue();
            }

            entries.Enqueue(entry);
            foreach (var follower in followers)
            {
                follower.Offer(entry);
            }
        }
    }

    /// <returns>Up to <paramref name="limit"/> entries, oldest first, and, if asked for, what follows on them without a gap.</returns>
    public (IReadOnlyList<LogEntry> Recent, Follower? Following) Read(LogEventLevel least, int limit, bool follow)
    {
        lock (gate)
        {
            var recent = entries.Where(entry => entry.Level >= least).TakeLast(limit).ToList();
            if (!follow)
            {
                return (recent, null);
            }

            var follower = new Follower(this, least);
            followers.Add(follower);
            return (recent, follower);
        }
    }

    /// <summary>Hears of new entries until disposed.</summary>
    public sealed class Follower : IDisposable
    {
        private readonly Channel<LogEntry> channel = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(FollowerCapacity) { FullMode = BoundedChannelFullMode.DropOldest });
        private readonly LogTail tail;
        private readonly LogEventLevel least;

        internal Follower(LogTail tail, LogEventLevel least) => (this.tail, this.least) = (tail, least);

        public ValueTask<LogEntry> NextAsync(CancellationToken cancellationToken) => channel.Reader.ReadAsync(cancellationToken);

        public void Dispose()
        {
            lock (tail.gate)
            {
                tail.followers.Remove(this);
            }
        }

        internal void Offer(LogEntry entry)
        {
            if (entry.Level >= least)
            {
                channel.Writer.TryWrite(entry);
            }
        }
    }
}
