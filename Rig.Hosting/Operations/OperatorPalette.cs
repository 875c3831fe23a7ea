using System.Globalization;
using System.Text.Json.Nodes;
using Rig.Domain.Operations;

namespace Rig.Hosting.Operations;

/// <summary>Runs one command: a stream of items, each a JSON object.</summary>
/// <exception cref="CommandFailedException">The message is for the operator.</exception>
public delegate IAsyncEnumerable<JsonObject> CommandHandler(CommandArguments arguments, CancellationToken cancellationToken);

/// <summary>The commands that this process offers.</summary>
public sealed class OperatorPalette
{
    private readonly Dictionary<string, CommandHandler> handlers = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Names => handlers.Keys;

    /// <param name="name">One of <see cref="OperatorCommands"/>.</param>
    public OperatorPalette Add(string name, CommandHandler handler)
    {
        if (OperatorCommands.Find(name) is null)
        {
            throw new ArgumentException($"'{name}' is none of the operator's commands.", nameof(name));
        }

        handlers.Add(name, handler);
        return this;
    }

    /// <summary>For a command that has its whole answer at once.</summary>
    public OperatorPalette Add(string name, Func<CommandArguments, IEnumerable<JsonObject>> handler) =>
        Add(name, (arguments, _) => handler(arguments).ToAsyncEnumerable());

    public bool TryGet(string name, out CommandHandler handler) => handlers.TryGetValue(name, out handler!);
}

/// <summary>A command's arguments by name.</summary>
public sealed class CommandArguments(IReadOnlyDictionary<string, string> given)
{
    public string? Text(string name) => given.GetValueOrDefault(name);

    public bool Flag(string name) => given.GetValueOrDefault(name) == "true";

    /// <exception cref="CommandFailedException">It is no number from <paramref name="min"/> to <paramref name="max"/>.</exception>
    public int Number(string name, int otherwise, int min, int max)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw new CommandFailedException($"{name} is '{text}'; use a number from {min} to {max}.");
    }
}

/// <summary>A command could not do what it was asked; the message tells the operator why and what to do.</summary>
public sealed class CommandFailedException(string message) : Exception(message);
