using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Match;
using Rig.Domain.Messages;
using Rig.Ingest.Stages;
using Rig.Tests.Support;

namespace Rig.Tests.Stages;

/// <summary>The real <c>rig-ingest stage</c> as the server starts it.</summary>
public sealed class StageProcessTests : IDisposable
{
    /// <summary>Where rig-ingest was built.</summary>
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory.Replace($"{Path.DirectorySeparatorChar}Rig.Tests{Path.DirectorySeparatorChar}", $"{Path.DirectorySeparatorChar}Rig.Ingest{Path.DirectorySeparatorChar}", StringComparison.Ordinal), "rig-ingest");

    private const int Session = 6;
    private const int Niceness = 19;

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_stage_does_its_work_in_a_process_and_returns_its_figures()
    {
        await PanoramaWithoutPlayAsync();
        var figures = await Stage(PipelineStage.Events).RunAsync(Context(), new Heard(), CancellationToken.None);
        Assert.Equal(0, (int)figures["events"]!);
        Assert.True(File.Exists(folder.File("analysis/events.json")));
    }

    [Fact]
    public async Task What_a_session_cannot_pass_is_refused_with_the_stages_own_sentence()
    {
        var refused = await Assert.ThrowsAsync<StageFailedException>(() => Stage(PipelineStage.Stitched).RunAsync(Context(), new Heard(), CancellationToken.None));
        Assert.Contains("alignment", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_ends_without_a_word_is_a_failure_that_may_pass()
    {
        var failed = await Assert.ThrowsAsync<IOException>(() => new StageProcess(PipelineStage.Events, "/bin/false", [], NullLoggerFactory.Instance).RunAsync(Context(), new Heard(), CancellationToken.None));
        Assert.Contains("exit code 1", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_runs_at_a_lower_priority_and_is_gone_once_it_is_cancelled()
    {
        // Reads its standard input, as a stage does while it works, and never answers.
        using var cancel = new CancellationTokenSource();
        var script = folder.File("waits");
        Directory.CreateDirectory(folder.File("stitched"));
        await File.WriteAllTextAsync(script, "#!/bin/sh\n: > \"$(dirname \"$0\")/stitched/panorama.mp4.part\"\necho $$ > \"$(dirname \"$0\")/pid.new\"; mv \"$(dirname \"$0\")/pid.new\" \"$(dirname \"$0\")/pid\"; while read -r line; do :; done\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var running = new StageProcess(PipelineStage.Events, script, [], NullLoggerFactory.Instance).RunAsync(Context(), new Heard(), cancel.Token);
        await Eventually.HoldsAsync(() => File.Exists(folder.File("pid")));
        var process = int.Parse(await File.ReadAllTextAsync(folder.File("pid"), CancellationToken.None), System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(StageProcess.Niceness, StatOf(process, Niceness) - StatOf(Environment.ProcessId, Niceness));

        // So that Ctrl-C in the server's terminal does not reach it.
        Assert.Equal(process, StatOf(process, Session));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Eventually.HoldsAsync(() => !Directory.Exists($"/proc/{process}"));
        Assert.Empty(Directory.EnumerateFiles(folder.File("stitched")));
    }

    [Fact]
    public async Task What_a_killed_attempt_left_behind_is_removed_and_results_stay()
    {
        string[] results = ["stitched/panorama.mp4", "analysis/tracks.jsonl", "clips/goal-1.mp4"];
        string[] leftovers = ["stitched/panorama.mp4.part", "analysis/tracks.jsonl.people", "analysis/tracks.jsonl.tmp", "clips/goal-2.mp4.tmp"];
        await PanoramaWithoutPlayAsync();
        Directory.CreateDirectory(folder.File("clips"));
        foreach (var file in leftovers.Concat(results).Where(file => !File.Exists(folder.File(file))))
        {
            await File.WriteAllTextAsync(folder.File(file), "");
        }

        await Stage(PipelineStage.Events).RunAsync(Context(), new Heard(), CancellationToken.None);
        Assert.All(leftovers, file => Assert.False(File.Exists(folder.File(file)), file));
        Assert.All(results, file => Assert.True(File.Exists(folder.File(file)), file));
    }

    [Fact]
    public async Task Without_a_server_at_its_input_it_ends_by_itself()
    {
        using var process = Process.Start(new ProcessStartInfo(Program, ["stage", "Events"]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        Assert.Equal(2, process.ExitCode);
    }

    private static StageProcess Stage(PipelineStage stage) => new(stage, Program, [], NullLoggerFactory.Instance);

    /// <param name="field">Its number in /proc/PID/stat (proc(5)), where the second is the program's name and may have blanks.</param>
    private static int StatOf(int process, int field)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[field - 3], System.Globalization.CultureInfo.InvariantCulture);
    }

    private StageContext Context() => new(SessionId.Parse("GAME_20261121_140000"), folder.Path, [], new Dictionary<PipelineStage, JsonObject>());

    private async Task PanoramaWithoutPlayAsync()
    {
        Directory.CreateDirectory(folder.File("stitched"));
        Directory.CreateDirectory(folder.File("analysis"));
        await File.WriteAllBytesAsync(folder.File("stitched/panorama.json"), TestPanorama.Geometry.ToUtf8Json());
        var frames = Enumerable.Range(0, 10).Select(i => JsonSerializer.Serialize(new TrackedFrame(i * 100, [], null), TrackingJson.Default.TrackedFrame));
        await File.WriteAllLinesAsync(folder.File("analysis/tracks.jsonl"), frames);
    }

    private sealed class Heard : IProgress<StageProgress>
    {
        public void Report(StageProgress value)
        {
        }
    }
}
