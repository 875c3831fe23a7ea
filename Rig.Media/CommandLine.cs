using System.Text;

namespace Rig.Media;

/// <summary>
/// FFMpegCore starts programs with one text instead of words. The text is read back by the rules of Windows: words stand in quotation
/// marks, a backslash counts only before one.
/// </summary>
internal static class CommandLine
{
    public static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(word => $"\"{Escape(word)}\""));

    /// <summary>A word for between quotation marks that FFMpegCore sets itself.</summary>
    public static string Escape(string word)
    {
        var text = new StringBuilder();
        var backslashes = 0;
        foreach (var character in word)
        {
            backslashes = character == '\\' ? backslashes + 1 : backslashes;
            if (character == '"')
            {
                text.Append('\\', backslashes + 1);
            }

            backslashes = character == '\\' ? backslashes : 0;
            text.Append(character);
        }

        return text.Append('\\', backslashes).ToString();
    }
}
