namespace Rig.Ctl.Operations;

/// <summary>Reads a line from the keyboard with history (up, down), completion (tab) and the usual keys. Without a keyboard it reads plain lines.</summary>
/// <param name="complete">What could stand at the end of the given text.</param>
internal sealed class LineEditor(Func<string, IEnumerable<string>> complete)
{
    /// <returns>Null at the end of the input: Ctrl-D on an empty line.</returns>
    public string? Read(string prompt, IReadOnlyList<string> history)
    {
        if (Console.IsInputRedirected || Console.IsOutputRedirected)
        {
            return Console.In.ReadLine();
        }

        Console.TreatControlCAsInput = true;
        try
        {
            return Edit(prompt, new LineBuffer(history));
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private string? Edit(string prompt, LineBuffer line)
    {
        Draw(prompt, line);
        while (true)
        {
            var key = Console.ReadKey(intercept: true);
            switch (key)
            {
                case { Key: ConsoleKey.Enter }:
                    Console.WriteLine();
                    return line.Text;
                case { Key: ConsoleKey.D, Modifiers: ConsoleModifiers.Control } when line.Text.Length == 0:
                    Console.WriteLine();
                    return null;
                case { Key: ConsoleKey.Tab }:
                    if (line.Complete(complete(line.Text[..line.Cursor])) is { Count: > 0 } choices)
                    {
                        Console.WriteLine();
                        Console.WriteLine(string.Join("  ", choices));
                    }

                    break;
                default:
                    Apply(key, line);
                    break;
            }

            Draw(prompt, line);
        }
    }

    private static void Apply(ConsoleKeyInfo key, LineBuffer line)
    {
        switch (key)
        {
            case { Key: ConsoleKey.Backspace }: line.DeleteBefore(); break;
            case { Key: ConsoleKey.Delete }: line.DeleteAt(); break;
            case { Key: ConsoleKey.LeftArrow }: line.MoveBy(-1); break;
            case { Key: ConsoleKey.RightArrow }: line.MoveBy(1); break;
            case { Key: ConsoleKey.UpArrow }: line.RecallOlder(); break;
            case { Key: ConsoleKey.DownArrow }: line.RecallNewer(); break;
            case { Key: ConsoleKey.Home } or { Key: ConsoleKey.A, Modifiers: ConsoleModifiers.Control }: line.MoveToStart(); break;
            case { Key: ConsoleKey.End } or { Key: ConsoleKey.E, Modifiers: ConsoleModifiers.Control }: line.MoveToEnd(); break;
            case { Key: ConsoleKey.K, Modifiers: ConsoleModifiers.Control }: line.DeleteToEnd(); break;
            case { Key: ConsoleKey.C or ConsoleKey.U, Modifiers: ConsoleModifiers.Control }: line.Clear(); break;
            default:
                if (!char.IsControl(key.KeyChar))
                {
                    line.Insert(key.KeyChar.ToString());
                }

                break;
        }
    }

    private static void Draw(string prompt, LineBuffer line)
    {
        // Back to the line's start, clear it, write it, step back to the cursor.
        Console.Write($"\r\x1b[K{prompt}{line.Text}");
        if (line.Text.Length > line.Cursor)
        {
            Console.Write($"\x1b[{line.Text.Length - line.Cursor}D");
        }
    }
}
