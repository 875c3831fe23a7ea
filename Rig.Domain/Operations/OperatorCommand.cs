namespace Rig.Domain.Operations;

/// <summary>How a command's items are shown to a person.</summary>
public enum OperatorView
{
    /// <summary>One object, a line for each of its fields.</summary>
    Record,

    /// <summary>Objects of one kind, a row each.</summary>
    Table,

    /// <summary>Objects with a field <c>text</c>, printed as it is.</summary>
    Text,

    /// <summary>Log entries, printed as they come.</summary>
    Log,
}

public enum ArgumentKind
{
    Required,
    Optional,

    /// <summary>Given by name, with a value.</summary>
    Option,

    /// <summary>Given by name alone; its value is <c>true</c>.</summary>
    Flag,
}

public sealed record OperatorArgument(string Name, string Help, ArgumentKind Kind);

/// <summary>A command as both sides of the operations port know it.</summary>
/// <param name="Name">One or two words, such as <c>cluster show</c>.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Example">How it is typed after <c>rigctl</c>.</param>
public sealed record OperatorCommand(string Name, string Help, OperatorView View, string Example, params OperatorArgument[] Arguments)
{
    private const int MaxValueLength = 1000;

    /// <summary>It changes something: a POST with its arguments in the body. Else it is a GET with them in the query.</summary>
    public bool Changes { get; init; }

    public string Method => Changes ? "POST" : "GET";

    public string Path => $"{OperationsHttp.Root}/{Name.Replace(' ', '/')}";

    /// <summary>Its items are sent as they come, as server-sent events.</summary>
    public bool Streams => View == OperatorView.Log;

    /// <returns>What is wrong with the arguments, or null.</returns>
    public string? Problem(IReadOnlyDictionary<string, string> given)
    {
        if (given.Keys.FirstOrDefault(key => !Arguments.Any(argument => argument.Name == key)) is { } unknown)
        {
            return $"'{Name}' has no argument '{unknown}'.";
        }

        if (Arguments.FirstOrDefault(argument => argument.Kind == ArgumentKind.Required && !given.ContainsKey(argument.Name)) is { } missing)
        {
            return $"'{Name}' needs {missing.Name}: {missing.Help}";
        }

        return given.FirstOrDefault(entry => entry.Value.Length > MaxValueLength) is { Key: { } tooLong }
            ? $"The value of {tooLong} is longer than {MaxValueLength} characters."
            : null;
    }
}
