using System.Text;

namespace Rig.CameraNode.Network;

/// <summary>What <c>nmcli --terse</c> prints: fields with colons between them, a backslash before a colon or backslash inside one (nmcli(1), "--escape").</summary>
internal static class NmcliText
{
    public static IEnumerable<IReadOnlyList<string>> Rows(string output) =>
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Fields);

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length)
            {
                field.Append(line[++i]);
            }
            else if (line[i] == ':')
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(line[i]);
            }
        }

        fields.Add(field.ToString().TrimEnd('\r'));
        return fields;
    }
}
