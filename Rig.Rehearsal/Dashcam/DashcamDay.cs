using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Rig.CameraNode.Dashcam.Staging;
using Rig.Rehearsal.Demo;
using Spectre.Console;

namespace Rig.Rehearsal.Dashcam;

/// <summary>One day of a car: what happens to it by a script, what rig-node dashcam makes of it by itself.</summary>
internal sealed class DashcamDay(TimeSpan length, string? json, string? keep, IAnsiConsole console)
{
    private static readonly DateTime Morning = new(2026, 6, 1, 7, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan WholeDay = TimeSpan.FromHours(16);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(60);

    private readonly Stopwatch passed = new();
    private int toldLines;

    /// <summary>Part of the day at which it happens, what is told, and what is done.</summary>
    private static readonly (double At, string What, Action<DashcamWorld> Do)[] Script =
    [
        (0.00, "The car is started: mains, no network.", world => world.SetBattery(3.60, mains: true)),
        (0.15, "Parked at work: on battery.", world => world.SetBattery(3.60, mains: false)),
        (0.30, "The battery falls to 80 %.", world => world.SetBattery(3.50, mains: false)),
        (0.40, "The way home: mains.", world => world.SetBattery(3.55, mains: true)),
        (0.50, "Home: on battery, the host is in reach.", world =>
        {
            world.SetBattery(3.55, mains: false);
            world.Host.Start();
        }),
        (0.80, "Night: the battery is below 50 %.", world => world.SetBattery(3.32, mains: false)),
        (0.92, "The battery is below 25 %.", world => world.SetBattery(3.20, mains: false)),
    ];

    private DateTime Clock => Morning + (WholeDay * Math.Min(1, passed.Elapsed / length));

    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var root = keep is null ? Directory.CreateTempSubdirectory("rig-dashcam-").FullName : Directory.CreateDirectory(Path.GetFullPath(keep)).FullName;
        try
        {
            if (Directory.EnumerateFileSystemEntries(root).Any())
            {
                throw new DemoException($"{root} is not empty.");
            }

            DashcamDaySummary summary;
            await using (var world = new DashcamWorld(root, cardMegabytes: 256))
            {
                summary = await PlayAsync(world, cancellationToken);
            }

            Tell(summary);
            if (json is not null)
            {
                await File.WriteAllBytesAsync(json, JsonSerializer.SerializeToUtf8Bytes(summary, DashcamDayJson.Default.DashcamDaySummary), cancellationToken);
            }

            return summary.Ok ? 0 : 1;
        }
        catch (Exception e) when (e is DemoException or OperationCanceledException)
        {
            console.WriteLine(e is DemoException ? e.Message : "Ended before the day was over.");
            return 1;
        }
        finally
        {
            if (keep is null)
            {
                Directory.Delete(root, recursive: true);
            }
        }
    }

    private async Task<DashcamDaySummary> PlayAsync(DashcamWorld world, CancellationToken cancellationToken)
    {
        world.Camera.Clock = () => Clock;
        world.Camera.RecordEvery = length / 40;
        world.WriteConfig(poll: "upload_retries: 1", powerChangeSeconds: 1);
        passed.Start();
        var next = 0;
        Script[next].Do(world);
        Tell("car", Script[next++].What);
        var service = world.StartService();
        try
        {
            while (!world.IsShutDown)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (service.HasExited)
                {
                    throw new DemoException($"rig-node dashcam ended too early:\n{service.Tail()}");
                }

                if (next < Script.Length && passed.Elapsed >= length * Script[next].At && (Script[next].At < 0.75 || IsHome(world) || passed.Elapsed > length + ShutdownTimeout))
                {
                    Tell("car", Script[next].What);
                    Script[next++].Do(world);
                }

                if (passed.Elapsed > length + (2 * ShutdownTimeout))
                {
                    break;
                }

                TellService(service);
                await Task.Delay(Look, cancellationToken);
            }

            // As systemd does when the machine goes down.
            world.Camera.RecordEvery = null;
            await service.DisposeAsync();
            TellService(service);
            return Count(world, service);
        }
        finally
        {
            await service.DisposeAsync();
        }
    }

    /// <summary>The night waits until something came home: a slow machine's day is longer.</summary>
    private static bool IsHome(DashcamWorld world) => world.AtHost().Count > 0 && world.Staged().Count == 0;

    private DashcamDaySummary Count(DashcamWorld world, DemoProcess service)
    {
        var recorded = world.Camera.Recorded.Values.ToHashSet(StringComparer.Ordinal);
        var atHost = world.AtHost();
        var staged = world.Staged().Select(path => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))));
        var verified = atHost.Where(recorded.Contains).Distinct(StringComparer.Ordinal).Count();
        var lost = recorded.Except(atHost).Except(staged).Except(world.Camera.OnCard()).Count();
        int copied;
        using (var ledger = Ledger.Open(new StagingFolder(world.Staging).LedgerPath))
        {
            copied = ledger.Count().Copied;
        }

        var cuts = world.PowerChanges.Where(change => !change.On).ToList();
        var unmounted = cuts.All(cut => cut.Mounted == 0);
        var clean = world.IsShutDown && world.MountedAtShutdown == 0 && service.LastExitCode == 0 && world.Mounts().Count == 0;
        List<string> problems = [];
        void Want(bool holds, string otherwise)
        {
            if (!holds)
            {
                problems.Add(otherwise);
            }
        }

        Want(recorded.Count > 0, "The camera recorded nothing.");
        Want(verified > 0, "Nothing came home.");
        Want(verified == atHost.Count, $"The host holds {atHost.Count} files and only {verified} of them are what the camera recorded.");
        Want(lost == 0, $"{lost} films are nowhere.");
        Want(cuts.Count > 0 && unmounted, "Power was cut while the volume was mounted, or never.");
        Want(clean, "The shutdown was not clean.");
        return new DashcamDaySummary(
            problems.Count == 0, new DashcamDayFiles(recorded.Count, copied, atHost.Count, verified, lost), world.PowerChanges.Count, unmounted, clean,
            Math.Round(passed.Elapsed.TotalSeconds, 1), problems);
    }

    private void TellService(DemoProcess service)
    {
        foreach (var line in service.Lines().Skip(toldLines))
        {
            toldLines++;

            // "12:00:00.000 INF message"; what the day brings is told, not the program's own affairs.
            if (line.Split(' ', 3) is [_, "INF" or "WRN" or "ERR", var message] && !message.StartsWith("Preflight", StringComparison.Ordinal) && !message.StartsWith('\''))
            {
                Tell("rig-node", message);
            }
        }
    }

    private void Tell(string who, string what) =>
        console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Clock:HH:mm}  {who,-9} {what}"));

    private void Tell(DashcamDaySummary summary)
    {
        var files = summary.Files;
        console.WriteLine();
        console.WriteLine($"recorded {files.Recorded}, copied {files.Copied}, uploaded {files.Uploaded}, verified {files.Verified}, lost {files.Lost}");
        console.WriteLine($"power changed {summary.PowerToggles} times, unmounted before every cut: {(summary.UnmountedBeforeEveryCut ? "yes" : "no")}, shutdown clean: {(summary.ShutdownClean ? "yes" : "no")}");
        foreach (var problem in summary.Problems)
        {
            console.WriteLine("problem: " + problem);
        }
    }
}
