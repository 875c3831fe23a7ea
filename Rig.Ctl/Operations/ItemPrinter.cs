using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Rig.Domain.Operations;
using Spectre.Console;

namespace Rig.Ctl.Operations;

/// <summary>Prints a command's items: as the command's kind wants it, or as JSON, one object a line.</summary>
internal sealed class ItemPrinter(IAnsiConsole console, bool json)
{
    /// <summary>Letters of other languages and signs such as + stand as they are.</summary>
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task PrintAsync(OperatorCommand command, IAsyncEnumerable<JsonObject> items)
    {
        var rows = new List<JsonObject>();
        await foreach (var item in items)
        {
            if (json)
            {
                console.Profile.Out.Writer.WriteLine(item.ToJsonString(Readable));
            }
            else if (command.View == OperatorView.Table)
            {
                rows.Add(item);
            }
            else
            {
                Print(command.View, item);
            }
        }

        if (!json && command.View == OperatorView.Table)
        {
            PrintTable(rows);
        }
    }

    private void Print(OperatorView view, JsonObject item)
    {
        switch (view)
        {
            case OperatorView.Text:
                console.Profile.Out.Writer.WriteLine(Clean((string?)item["text"] ?? ""));
                break;
            case OperatorView.Log:
                var line = $"{(DateTimeOffset?)item["time"]:HH:mm:ss.fff} {(string?)item["level"],-7} {(string?)item["source"]} {(string?)item["message"]} {(string?)item["error"]}";
                console.Profile.Out.Writer.WriteLine(Clean(line.TrimEnd()));
                break;
            default:
                PrintRecord(item);
                break;
        }
    }

    private void PrintRecord(JsonObject record)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in Flatten(record, ""))
        {
            grid.AddRow(new Text(Clean(name)), new Text(Clean(Show(value))));
        }

        console.Write(grid);
    }

    private void PrintTable(List<JsonObject> rows)
    {
        if (rows.Count == 0)
        {
            console.Profile.Out.Writer.WriteLine("(none)");
            return;
        }

        var columns = rows.SelectMany(row => row.Select(field => field.Key)).Distinct().Where(name => rows.Any(row => row[name] is not null)).ToList();
        var table = new Table().Border(TableBorder.Minimal);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(Clean(column))));
        }

        foreach (var row in rows)
        {
            table.AddRow(columns.Select(column => new Text(Clean(Show(row[column])))));
        }

        console.Write(table);
    }

    /// <summary>Nested objects become dotted names, and so do lists of objects.</summary>
    private static IEnumerable<(string Name, JsonNode? Value)> Flatten(JsonObject record, string prefix) => record.SelectMany(field => field.Value switch
    {
        JsonObject inner => Flatten(inner, $"{prefix}{field.Key}."),
        JsonArray list when list.Any(item => item is JsonObject) =>
            list.Index().SelectMany(item => item.Item is JsonObject inner ? Flatten(inner, $"{prefix}{field.Key}.{item.Index}.") : [($"{prefix}{field.Key}.{item.Index}", item.Item)]),
        var value => [($"{prefix}{field.Key}", value)],
    });

    private static string Show(JsonNode? value) => value switch
    {
        null => "",
        JsonArray list => string.Join(", ", list.Select(Show)),
        JsonValue text when text.GetValueKind() is JsonValueKind.True => "yes",
        JsonValue text when text.GetValueKind() is JsonValueKind.False => "no",
        _ => value.ToString(),
    };

    /// <summary>What comes from a node may hold what a stranger wrote; it must not steer the operator's terminal.</summary>
    internal static string Clean(string text) => string.Concat(text.Select(c => char.IsControl(c) && c is not '\n' and not '\t' ? '?' : c));
}
