using System.Text;
using QRCoder;

namespace Rig.CameraNode.Access;

/// <summary>A QR code as dark and light squares.</summary>
internal static class QrPicture
{
    private const string BlackOnWhite = "\u001b[30;107m";
    private const string Normal = "\u001b[0m";

    /// <returns>One text a row, 1 for a dark square and 0 for a light one; the light margin that scanners need is part of it.</returns>
    public static IReadOnlyList<string> Rows(string text)
    {
        using var code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M);
        return [.. code.ModuleMatrix.Select(row => string.Concat(row.Cast<bool>().Select(dark => dark ? '1' : '0')))];
    }

    /// <summary>For a terminal of whatever colours: two rows of squares to a line.</summary>
    public static string Terminal(string text)
    {
        var rows = Rows(text);
        var drawn = new StringBuilder();
        for (var y = 0; y < rows.Count; y += 2)
        {
            drawn.Append(BlackOnWhite);
            for (var x = 0; x < rows[y].Length; x++)
            {
                drawn.Append((rows[y][x], y + 1 < rows.Count ? rows[y + 1][x] : '0') switch
                {
                    ('1', '1') => '█',
                    ('1', _) => '▀',
                    (_, '1') => '▄',
                    _ => ' ',
                });
            }

            drawn.Append(Normal).Append('\n');
        }

        return drawn.ToString();
    }
}
