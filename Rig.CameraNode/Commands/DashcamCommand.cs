using System.CommandLine;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Copy;
using Rig.CameraNode.Dashcam.Decision;
using Rig.CameraNode.Dashcam.Power;
using Rig.CameraNode.Dashcam.Processes;
using Rig.CameraNode.Dashcam.Running;
using Rig.CameraNode.Dashcam.Staging;

namespace Rig.CameraNode.Commands;

/// <summary>
/// <c>rig-node dashcam</c>. Exit code 0: it ended as it was told to; 1: something was left undone or unsafe; 2: the configuration is wrong or something is missing.
/// </summary>
internal static class DashcamCommand
{
    internal static Command Create()
    {
        var config = new Option<string>("--config") { Description = "The configuration, YAML.", DefaultValueFactory = _ => DashcamConfig.DefaultPath, Recursive = true };
        var dryRun = new Option<bool>("--dry-run") { Description = "Do nothing, and print what would be done." };
        var once = new Option<bool>("--once") { Description = "Read the power, look for the host, copy and upload if it is time, and end." };
        var files = new Option<int?>("--limit-files") { Description = "Copy at most so many files at a time; goes before camera.transfer_max_files." };
        var bytes = new Option<long?>("--limit-bytes") { Description = "Copy at most so many bytes at a time; goes before camera.transfer_max_bytes." };
        files.Validators.Add(result => AtLeastOne(result.GetValueOrDefault<int?>(), "--limit-files", result.AddError));
        bytes.Validators.Add(result => AtLeastOne(result.GetValueOrDefault<long?>(), "--limit-bytes", result.AddError));
        var command = new Command("dashcam", "Manages a car's camera by battery, mains and network: records, reads its storage out, uploads, shuts down. See docs/guide/dashcam.md.")
        {
            config, dryRun, once, files, bytes, DashcamStatusCommand.Create(config), DashcamPreflightCommand.Create(config),
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new Wanted(parsed.GetRequiredValue(config), parsed.GetValue(dryRun), parsed.GetValue(once), parsed.GetValue(files), parsed.GetValue(bytes)),
            Console.Out, Console.Error, cancellationToken));
        return command;
    }

    internal static async Task<int> RunAsync(Wanted wanted, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        if (Load(wanted.ConfigPath, errors) is not { } config)
        {
            return 2;
        }

        return wanted.DryRun ? await DryRunAsync(config, wanted.Once, output, cancellationToken) : await RunAsync(config, wanted, errors, cancellationToken);
    }

    /// <returns>Null: it was said what is wrong.</returns>
    internal static DashcamConfig? Load(string path, TextWriter errors)
    {
        try
        {
            var (config, wrong) = ConfigFile.Load(path);
            foreach (var sentence in wrong)
            {
                errors.WriteLine($"{path}: {sentence}");
            }

            return wrong.Count == 0 ? config : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.WriteLine(
                $"The configuration cannot be read: {e.Message} --config names another; scripts/dashcam/config.yaml is one to begin with.");
            return null;
        }
    }

    private static async Task<int> DryRunAsync(DashcamConfig config, bool once, TextWriter output, CancellationToken cancellationToken)
    {
        var gate = new Lock();
        var ports = new DryRun(config, line =>
        {
            lock (gate)
            {
                output.WriteLine(line);
            }
        }).Ports(TimeProvider.System);
        using var logger = DashcamHost.Logger(null);
        return await DashcamHost.RunAsync(ports, config, DecisionRules.Of(config, once), logger, cancellationToken);
    }

    private static async Task<int> RunAsync(DashcamConfig config, Wanted wanted, TextWriter errors, CancellationToken cancellationToken)
    {
        using var logger = DashcamHost.Logger(config.Paths.LogPath);
        using var loggers = new Serilog.Extensions.Logging.SerilogLoggerFactory(logger);
        var log = loggers.CreateLogger("dashcam");
        var processes = new HostProcesses(loggers.CreateLogger<HostProcesses>());
        var power = PowerSourceReaders.Of(config, processes);
        var findings = Preflight.Look(config, wanted.ConfigPath, power, processes);
        foreach (var finding in findings)
        {
            log.Log(finding.Stops ? Microsoft.Extensions.Logging.LogLevel.Error : Microsoft.Extensions.Logging.LogLevel.Warning, "Preflight: {Problem}", finding.Problem);
        }

        if (findings.Any(finding => finding.Stops))
        {
            return 2;
        }

        if (config.Rehearsal.IsSet)
        {
            log.LogWarning("'rehearsal' is set: this is no real camera, or its power may be switched more often than once a minute.");
        }

        try
        {
            var folder = new StagingFolder(config.Paths.LocalStaging);
            folder.Create();
            using var held = StagingLock.TryTake(folder.Root);
            if (held is null)
            {
                log.LogError("Another dashcam manager works on {Folder}. Stop it first: systemctl stop rig-dashcam", folder.Root);
                return 2;
            }

            using var ledger = Ledger.Open(folder.LedgerPath);
            foreach (var found in Reconciliation.Run(folder, ledger, TimeProvider.System, cancellationToken))
            {
                log.LogInformation("Staging: {Found}", found);
            }

            var selection = new CopySelection(
                config.Camera.CopySubdirs, config.Camera.TransferSelectStrategy, wanted.LimitFiles ?? config.Camera.TransferMaxFiles, wanted.LimitBytes ?? config.Camera.TransferMaxBytes);
            var ports = DashcamHost.RealPorts(config, folder, ledger, selection, power, processes, TimeProvider.System, loggers);
            return await DashcamHost.RunAsync(ports, config, DecisionRules.Of(config, wanted.Once), logger, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            await errors.WriteLineAsync($"rig-node dashcam cannot go on: {e.Message}");
            return 2;
        }
    }

    private static void AtLeastOne(long? value, string option, Action<string> addError)
    {
        if (value is < 1)
        {
            addError($"{option} is 1 or more.");
        }
    }

    internal sealed record Wanted(string ConfigPath, bool DryRun = false, bool Once = false, int? LimitFiles = null, long? LimitBytes = null);
}
