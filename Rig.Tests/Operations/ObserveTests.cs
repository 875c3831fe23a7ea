using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.Operations;

/// <summary>What scripts/observe ships for Prometheus and Grafana, against what the programs export.</summary>
public sealed partial class ObserveTests(ITestOutputHelper output)
{
    private static readonly string[] Suffixes = ["_bucket", "_sum", "_count"];

    [Theory]
    [InlineData("rig-alerts.yml")]
    [InlineData("rig-dashboard.json")]
    public async Task Every_figure_that_is_asked_for_is_exported(string file)
    {
        var exported = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in new[] { "Rig.CameraNode/Api/NodeMetrics.cs", "Rig.CameraNode/Storage/RecorderMetrics.cs", "Rig.Ingest/Status/IngestMetrics.cs", "Rig.Ingest/Frames/Admin/FrameMetrics.cs", "Rig.Viewer/Operations/ViewerMetrics.cs" })
        {
            exported.UnionWith(Declared().Matches(await File.ReadAllTextAsync(Checkout.File(source))).Select(match => match.Groups[1].Value));
        }

        var asked = Asked().Matches(string.Join('\n', await ExpressionsAsync(file))).Select(match => Suffixes.Aggregate(match.Value, (name, suffix) => exported.Contains(name) ? name : TrimEnd(name, suffix))).Distinct().ToList();

        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(exported));
    }

    [Fact]
    public async Task The_dashboard_shows_every_figure_that_an_alert_is_made_of()
    {
        var shown = string.Join('\n', await ExpressionsAsync("rig-dashboard.json"));
        Assert.All(Asked().Matches(string.Join('\n', await ExpressionsAsync("rig-alerts.yml"))).Select(match => match.Value).Distinct(), name => Assert.Contains(name, shown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prometheus_takes_the_alerts()
    {
        if (!File.Exists("/usr/bin/promtool"))
        {
            NotRun.Say(output, "promtool is not installed.");
            return;
        }

        using var process = Process.Start(new ProcessStartInfo("promtool", ["check", "rules", Checkout.File("scripts/observe/rig-alerts.yml")]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (said, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await said + await errors);
    }

    private static async Task<IReadOnlyList<string>> ExpressionsAsync(string file)
    {
        var text = await File.ReadAllTextAsync(Checkout.File($"scripts/observe/{file}"));
        return file.EndsWith(".json", StringComparison.Ordinal)
            ? [.. JsonNode.Parse(text)!["panels"]!.AsArray().SelectMany(panel => panel!["targets"]?.AsArray() ?? []).Select(target => (string)target!["expr"]!)]
            : [.. Expression().Matches(text).Select(match => match.Groups[1].Value)];
    }

    private static string TrimEnd(string name, string suffix) => name.EndsWith(suffix, StringComparison.Ordinal) ? name[..^suffix.Length] : name;

    [GeneratedRegex("\"(rig_[a-z_]+)\"")]
    private static partial Regex Declared();

    [GeneratedRegex("\\brig_[a-z_]+")]
    private static partial Regex Asked();

    [GeneratedRegex("^\\s+expr: (.+)$", RegexOptions.Multiline)]
    private static partial Regex Expression();
}
