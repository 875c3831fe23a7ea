namespace Rig.Ctl.Operations;

/// <summary>The line that an operator is typing, and those typed before.</summary>
internal sealed class LineBuffer(IReadOnlyList<string> history)
{
    private int recalled = history.Count;
    private string unfinished = "";

    public string Text { get; private set; } = "";

    /// <summary>Before which character the next one goes.</summary>
    public int Cursor { get; private set; }

    public void Insert(string text)
    {
        Text = Text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void DeleteBefore()
    {
        if (Cursor > 0)
        {
            Text = Text.Remove(--Cursor, 1);
        }
    }

    public void DeleteAt()
    {
        if (Cursor < Text.Length)
        {
            Text = Text.Remove(Cursor, 1);
        }
    }

    public void MoveBy(int characters) => Cursor = Math.Clamp(Cursor + characters, 0, Text.Length);

    public void MoveToStart() => Cursor = 0;

    public void MoveToEnd() => Cursor = Text.Length;

    public void Clear() => Set("");

    public void DeleteToEnd() => Text = Text[..Cursor];

    /// <summary>The line typed before the one shown; the one being typed is kept.</summary>
    public void RecallOlder()
    {
        if (recalled == 0)
        {
            return;
        }

        unfinished = recalled == history.Count ? Text : unfinished;
        Set(history[--recalled]);
    }

    public void RecallNewer()
    {
        if (recalled < history.Count)
        {
            Set(++recalled == history.Count ? unfinished : history[recalled]);
        }
    }

    /// <summary>Completes the word before the cursor as far as all <paramref name="candidates"/> agree; a single one entirely.</summary>
    /// <returns>The candidates to choose from, when they do not agree on more than was typed.</returns>
    public IReadOnlyList<string> Complete(IEnumerable<string> candidates)
    {
        var start = Text.LastIndexOf(' ', Math.Max(0, Cursor - 1), Cursor) + 1;
        var word = Text[start..Cursor];
        var fitting = candidates.Where(candidate => candidate.StartsWith(word, StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal).ToList();
        if (fitting.Count == 0)
        {
            return [];
        }

        var common = fitting.Aggregate((one, other) => one[..one.Zip(other).TakeWhile(pair => pair.First == pair.Second).Count()]);
        Insert(common[word.Length..] + (fitting.Count == 1 ? " " : ""));
        return fitting.Count > 1 && common.Length == word.Length ? fitting : [];
    }

    private void Set(string text) => (Text, Cursor) = (text, text.Length);
}
