using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Rig.Hosting.Observability;
using Serilog.Events;

namespace Rig.Hosting.Operations;

/// <summary>What an operator reads of this process's log, and how much it says.</summary>
public static class LogCommands
{
    private static readonly Dictionary<string, LogEventLevel> Levels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["debug"] = LogEventLevel.Debug,
        ["info"] = LogEventLevel.Information,
        ["warning"] = LogEventLevel.Warning,
        ["error"] = LogEventLevel.Error,
    };

    /// <param name="levelSet">Called with the name of the level that was set, for what has a level of its own beside the log's.</param>
    public static OperatorPalette AddLog(this OperatorPalette palette, LogTail tail, Action<string> levelSet) => palette
        .Add("log level", arguments => Level(arguments, tail, levelSet))
        .Add("log tail", (arguments, cancellationToken) => Tail(arguments, tail, cancellationToken));

    private static IEnumerable<JsonObject> Level(CommandArguments arguments, LogTail tail, Action<string> levelSet)
    {
        if (arguments.Text("level") is { } text)
        {
            tail.Level = Parse(text);
            levelSet(text);
        }

        return [new JsonObject { ["level"] = Name(tail.Level) }];
    }

    private static async IAsyncEnumerable<JsonObject> Tail(CommandArguments arguments, LogTail tail, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var least = arguments.Text("level") is { } text ? Parse(text) : LogEventLevel.Verbose;
        var (recent, following) = tail.Read(least, arguments.Number("lines", 50, 1, LogTail.Capacity), arguments.Flag("follow"));
        using (following)
        {
            foreach (var entry in recent)
            {
                yield return Show(entry);
            }

            while (following is not null)
            {
                yield return Show(await following.NextAsync(cancellationToken));
            }
        }
    }

    private static LogEventLevel Parse(string text) => Levels.TryGetValue(text, out var level)
        ? level
        : throw new CommandFailedException($"There is no level '{text}'; use {string.Join(", ", Levels.Keys)}.");

    private static string Name(LogEventLevel level) => Levels.FirstOrDefault(entry => entry.Value == level).Key ?? level.ToString().ToLowerInvariant();

    private static JsonObject Show(LogEntry entry) => new()
    {
        ["time"] = entry.Time,
        ["level"] = Name(entry.Level),
        ["source"] = entry.Source,
        ["message"] = entry.Message,
        ["error"] = entry.Error,
    };
}
