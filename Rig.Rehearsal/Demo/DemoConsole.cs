using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace Rig.Rehearsal.Demo;

/// <summary>
/// What the person at the terminal sees: one line a step, and the step that runs is rewritten in place on a real terminal; elsewhere
/// (a log, a pipe) a line is printed when its text changes, at most every two seconds.
/// </summary>
internal sealed class DemoConsole(IAnsiConsole console)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);
    private readonly Stopwatch sinceLast = Stopwatch.StartNew();
    private readonly Stopwatch total = Stopwatch.StartNew();
    private string last = "";
    private bool open;

    public void Title(string text) => console.Write(new Rule(Markup.Escape(text)).LeftJustified());

    public void Progress(string step, double? fraction, string text)
    {
        var bar = fraction is { } f ? Bar(f) + " " : "";
        var line = $"{Time()}  {step,-10} {bar}{text}";
        if (console.Profile.Capabilities.Ansi && console.Profile.Out.IsTerminal)
        {
            var width = Math.Max(20, console.Profile.Width - 1);
            console.Write(new ControlCode("\r\u001b[2K"));
            console.Write(new Text(line.Length > width ? line[..width] : line));
            open = true;
        }
        else if (text != last && (sinceLast.Elapsed >= Quiet || last.Length == 0))
        {
            console.WriteLine(line);
            last = text;
            sinceLast.Restart();
        }
    }

    public void Done(string step, string text)
    {
        CloseLine();
        console.MarkupLineInterpolated($"{Time()}  [green]{step,-10}[/] {text}");
        last = "";
    }

    public void Problem(string text)
    {
        CloseLine();
        console.MarkupLineInterpolated($"{Time()}  [red]{"problem",-10}[/] {text}");
    }

    public void Line(string text)
    {
        CloseLine();
        console.WriteLine(text);
    }

    private void CloseLine()
    {
        if (open)
        {
            console.Write(new ControlCode("\r\u001b[2K"));
            open = false;
        }
    }

    private string Time() => total.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture).PadLeft(6) + " s";

    private static string Bar(double fraction)
    {
        var full = (int)Math.Round(Math.Clamp(fraction, 0, 1) * 20);
        return new string('█', full) + new string('░', 20 - full);
    }
}
