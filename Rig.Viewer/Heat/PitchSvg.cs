using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Html;
using Rig.Viewer.Games;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Heat;

/// <summary>
/// Pitches as SVG, made here: a page needs no script and no other site for them. One unit is a metre. Colours come from the style sheet
/// (classes heat and shot), since the page's policy allows no style in the markup. Nothing but numbers and our own words is written.
/// </summary>
internal static class PitchSvg
{
    private const int Shades = 10;

    public static IHtmlContent Heat(HeatMap map, double lengthM, double widthM, string title)
    {
        var (cellX, cellY) = (lengthM / HeatMap.Columns, widthM / HeatMap.Rows);
        var body = new StringBuilder();
        for (var row = 0; row < HeatMap.Rows; row++)
        {
            for (var column = 0; column < HeatMap.Columns; column++)
            {
                var shade = (int)Math.Ceiling(map.Cells[row][column] * Shades);
                if (shade > 0)
                {
                    // The far touchline is at the top, as the cameras see it.
                    body.Append(CultureInfo.InvariantCulture, $"""<rect class="heat heat-{shade}" x="{column * cellX:0.##}" y="{widthM - ((row + 1) * cellY):0.##}" width="{cellX:0.##}" height="{cellY:0.##}"/>""");
                }
            }
        }

        return Pitch(body, lengthM, widthM, title);
    }

    /// <summary>Every shot where it was taken: full for a goal, ringed for one on target, a cross for the others.</summary>
    public static IHtmlContent Shots(IEnumerable<HeatPoint> shots, double lengthM, double widthM, string title)
    {
        var body = new StringBuilder();
        foreach (var shot in shots)
        {
            var (x, y) = (Math.Clamp(shot.X, 0, lengthM), widthM - Math.Clamp(shot.Y, 0, widthM));
            var text = $"{GameViews.Label(shot.Type)} {GameText.Clock(shot.Seconds)}";
            body.Append(shot.Type == GameEventType.Shot
                ? string.Create(CultureInfo.InvariantCulture, $"""<path class="shot" d="M{x - 1:0.##} {y - 1:0.##}l2 2m0-2l-2 2"><title>{text}</title></path>""")
                : string.Create(CultureInfo.InvariantCulture, $"""<circle class="shot shot-{SnakeCase.Of(shot.Type)}" cx="{x:0.##}" cy="{y:0.##}" r="1.4"><title>{text}</title></circle>"""));
        }

        return Pitch(body, lengthM, widthM, title);
    }

    private static HtmlString Pitch(StringBuilder body, double length, double width, string title)
    {
        var (boxDepth, boxWidth) = (Math.Min(16.5, length / 5), Math.Min(40.3, width * 0.6));
        return new HtmlString(string.Create(
            CultureInfo.InvariantCulture,
            $"""
            <svg class="pitch" viewBox="-2 -2 {length + 4:0.##} {width + 4:0.##}" role="img" aria-label="{System.Net.WebUtility.HtmlEncode(title)}">
            <rect class="pitch-grass" width="{length:0.##}" height="{width:0.##}"/>{body}
            <g class="pitch-lines"><rect width="{length:0.##}" height="{width:0.##}"/><path d="M{length / 2:0.##} 0v{width:0.##}"/><circle cx="{length / 2:0.##}" cy="{width / 2:0.##}" r="{Math.Min(9.15, width / 7):0.##}"/>
            <rect y="{(width - boxWidth) / 2:0.##}" width="{boxDepth:0.##}" height="{boxWidth:0.##}"/><rect x="{length - boxDepth:0.##}" y="{(width - boxWidth) / 2:0.##}" width="{boxDepth:0.##}" height="{boxWidth:0.##}"/></g>
            </svg>
            """));
    }
}
