using System.CommandLine;
using System.Text.Json;
using Rig.CameraNode.Hosting;
using Rig.CameraNode.Storage;
using Rig.CameraNode.Storage.Check;

namespace Rig.CameraNode.Commands;

/// <summary><c>rig-node check</c>. Exit code 0: all is as it should be; 1: something is not; 2: it could not be checked.</summary>
internal static class CheckCommand
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    internal static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of text." };
        var fast = new Option<bool>("--fast") { Description = "Compare sizes only; read no video." };
        var tails = new Option<bool>(CheckRemedies.RepairTails) { Description = "Seal takes that a dead node left open. Torn tails are kept in lost+found." };
        var aside = new Option<string[]>(CheckRemedies.MoveAside)
        {
            Description = "Move to lost+found, never delete: damaged (takes whose video or manifest is not what it should be), indexes, receipts, orphans.",
            AllowMultipleArgumentsPerToken = true,
        };
        aside.AcceptOnlyFromAmong([.. CheckRemedies.Kinds]);
        var recordings = new Option<string?>("--recordings") { Description = "Folder of the recordings; else the node's own setting Rig:Storage:RecordingsPath." };
        var manifests = new Option<string?>("--manifests") { Description = "Folder of the manifests; else Rig:Storage:ManifestsPath." };
        var command = new Command("check", "Verifies every recording, manifest, index and receipt on this node's disk.") { json, fast, tails, aside, recordings, manifests };
        command.SetAction(parsed => Run(
            Options(parsed.GetValue(recordings), parsed.GetValue(manifests)),
            new Wanted(parsed.GetValue(json), parsed.GetValue(fast), parsed.GetValue(tails), parsed.GetValue(aside) ?? []),
            Console.Out, Console.Error));
        return command;
    }

    internal static int Run(StorageOptions options, Wanted wanted, TextWriter output, TextWriter errors)
    {
        if (!Directory.Exists(options.RecordingsPath))
        {
            errors.WriteLine($"There is no folder {options.RecordingsPath}. Is the disk plugged in? --recordings names another.");
            return 2;
        }

        try
        {
            using var held = StorageLock.TryTake(options);
            if (held is null && wanted.Repairs)
            {
                errors.WriteLine($"A rig-node records into {options.RecordingsPath} now. Stop it before anything is repaired.");
                return 2;
            }

            var report = StorageCheck.Run(options, nodeRuns: held is null, wanted.Fast);
            IReadOnlyList<string> done = [];
            if (wanted.Repairs && report.Findings.Count > 0)
            {
                done = new CheckRepair(options, new PosixRecordingFiles()).Repair(report.Findings, wanted.RepairTails, wanted.MoveAside);
                report = StorageCheck.Run(options, nodeRuns: false, wanted.Fast);
            }

            Print(report, done, wanted.Json, output);
            return report.Findings.Count == 0 ? 0 : 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"The disk could not be checked: {e.Message}");
            return 2;
        }
    }

    private static void Print(CheckReport report, IReadOnlyList<string> done, bool json, TextWriter output)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(
                new { Ok = report.Findings.Count == 0, report.Takes, report.DeletedTakes, report.RunningTakes, report.SizeBytes, report.Findings, Repaired = done }, Json));
            return;
        }

        foreach (var line in done)
        {
            output.WriteLine(line);
        }

        foreach (var finding in report.Findings)
        {
            output.WriteLine($"{finding.Path} {finding.Message} [{finding.Code}]{(finding.Remedy is { } remedy ? $" (rig-node check {remedy})" : "")}");
        }

        var running = report.RunningTakes > 0 ? $", {report.RunningTakes} being recorded" : "";
        output.WriteLine(FormattableString.Invariant($"{report.Takes} takes ({report.SizeBytes / 1e9:0.###} GB read), {report.DeletedTakes} deleted after offload{running}: ")
            + (report.Findings.Count == 0 ? "all is as it should be." : $"{report.Findings.Count} findings."));
    }

    private static StorageOptions Options(string? recordings, string? manifests)
    {
        var options = new StorageOptions();
        NodeHost.CreateBuilder([]).Configuration.GetSection(StorageOptions.Section).Bind(options);
        options.RecordingsPath = Path.GetFullPath(recordings ?? options.RecordingsPath);
        options.ManifestsPath = Path.GetFullPath(manifests ?? options.ManifestsPath);
        return options;
    }

    internal sealed record Wanted(bool Json = false, bool Fast = false, bool RepairTails = false, IReadOnlyCollection<string>? Aside = null)
    {
        internal IReadOnlyCollection<string> MoveAside => Aside ?? [];

        internal bool Repairs => RepairTails || MoveAside.Count > 0;
    }
}
