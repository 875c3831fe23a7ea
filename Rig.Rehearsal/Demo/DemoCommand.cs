using System.CommandLine;
using Spectre.Console;

namespace Rig.Rehearsal.Demo;

internal static class DemoCommand
{
    public static Command Create()
    {
        var seconds = new Option<int>("--seconds") { Description = "How long to film (2 to 3600).", DefaultValueFactory = _ => 20 };
        var mode = new Option<string?>("--mode") { Description = "Picture size and rate of each camera; without it 1280x720 at 30 frames a second, or at the footage's own rate." };
        var source = new Option<string>("--source") { Description = "What the cameras see: synthetic (a drawn match) or footage.", DefaultValueFactory = _ => "synthetic" };
        var footage = new Option<string?>("--footage") { Description = "Play left*.mp4, right*.mp4 and, if there, center*.mp4 of this folder as the cameras." };
        var exit = new Option<bool>("--exit") { Description = "Stop everything once the chain is done; exit code 0 only if everything verified." };
        var json = new Option<string?>("--json") { Description = "Write a summary of the run to this file." };
        var keep = new Option<string?>("--keep") { Description = "Keep recordings, sessions, the viewer's media and all logs in this folder." };
        var frames = new Option<bool>("--frames") { Description = "Instead of a match: a still-frame camera before a shelf from which hands take things, the home server and its worker (at least 30 s)." };
        var command = new Command("demo", "Runs a whole rig on this machine: three cameras, the home server and the viewer, through one match.")
        {
            seconds, mode, source, footage, exit, json, keep, frames,
        };
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 2 or > 3600)
            {
                result.AddError("--seconds is 2 to 3600.");
            }
        });
        mode.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !VideoMode.TryParse(text, out _))
            {
                result.AddError("--mode is WIDTHxHEIGHT@FPS, such as 1280x720@30: even sizes from 320x180 to 3840x2160, 5 to 60 frames a second.");
            }
        });
        source.AcceptOnlyFromAmong("synthetic", "footage");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(source) == "footage" && parsed.GetValue(footage) is null)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync("--source footage needs --footage DIR.".AsMemory(), cancellationToken);
                return 2;
            }

            if (!VideoMode.TryParse(parsed.GetValue(mode) ?? "", out var videoMode))
            {
                videoMode = VideoMode.Default;
                if (parsed.GetValue(footage) is { } folder && await FootageFolder.FramesPerSecondAsync(folder, cancellationToken) is { } fps)
                {
                    videoMode = videoMode with { Fps = fps };
                }
            }

            var options = new DemoOptions(
                parsed.GetValue(seconds), videoMode, parsed.GetValue(footage), parsed.GetValue(exit), parsed.GetValue(json), parsed.GetValue(keep));
            if (parsed.GetValue(frames))
            {
                using var shelf = new FramesDemo(options, new DemoConsole(Terminal()));
                return await shelf.RunAsync(cancellationToken);
            }

            using var run = new DemoRun(options, new DemoConsole(Terminal()));
            return await run.RunAsync(cancellationToken);
        });
        return command;
    }

    /// <summary>A pipe or a file gets plain lines, as long as they are.</summary>
    internal static IAnsiConsole Terminal()
    {
        if (!Console.IsOutputRedirected)
        {
            return AnsiConsole.Console;
        }

        var plain = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });
        plain.Profile.Width = 240;
        return plain;
    }
}
