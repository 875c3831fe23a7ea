using System.Security.Cryptography;
using Rig.Domain.Identity;
using Rig.Simulation.World;
using Rig.Simulation.World.Network;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>
/// Offload with receipts: two nodes record, a server fetches and confirms, and everything fails: links, processes, power, disks. A
/// node deletes only what the server durably holds, nothing unverified is confirmed, nothing sealed is ever missing, and in peace
/// every take reaches the server.
/// </summary>
internal static class OffloadSet
{
    public const string Name = "offload";

    private const double CrashChance = 0.004;

    private static readonly TimeSpan Recording = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Peace = TimeSpan.FromSeconds(100);

    public static Outcome Run(int seed, OffloadBug bug = OffloadBug.None, Action<string>? listener = null)
    {
        using var world = new SimulatedWorld(seed);
        world.Trace.Listener = listener;
        world.Network.Conditions = new LinkConditions { Loss = 0.02 };
        var ledger = new OffloadLedger(world);
        var cameras = new[] { "CAM_L", "CAM_R" }
            .Select((id, n) => new OffloadCamera(world.AddMachine(id.ToLowerInvariant().Replace('_', '-')), CameraId.Parse(id), ledger, deletesAtOnce: (n + seed) % 2 == 0) { CrashChance = CrashChance })
            .ToList();
        var server = ledger.Server = new OffloadServer(world.AddMachine("ingest"), cameras, bug) { CrashChance = CrashChance };
        foreach (var camera in cameras)
        {
            KeepRunning(world, camera.Machine, camera.Start);
        }

        KeepRunning(world, server.Machine, server.Start);
        var machines = cameras.Select(camera => camera.Machine).Append(server.Machine).ToList();
        while (world.Elapsed < Recording)
        {
            Strike(world, machines, server);
            world.RunUntil(world.Elapsed + world.Between(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6)), () => ledger.Violations.Count > 0);
            if (ledger.Violations.Count > 0)
            {
                break;
            }
        }

        if (ledger.Violations.Count == 0)
        {
            Settle(world, cameras, server, ledger);
        }

        return new Outcome(Name, seed, world.Trace.Hash, world.Elapsed, world.Steps, ledger.Violations);
    }

    private static void Settle(SimulatedWorld world, IReadOnlyList<OffloadCamera> cameras, OffloadServer server, OffloadLedger ledger)
    {
        world.Network.Heal();
        Repair(server.Machine.Disk);
        server.CrashChance = 0;
        foreach (var camera in cameras)
        {
            (camera.CrashChance, camera.Records) = (0, false);
            Repair(camera.Machine.Disk);
        }

        bool IsHome() => cameras.All(camera => camera.Catalogue?.List().All(take => take.ConfirmedAt is not null) == true)
            && ledger.Takes.Where(take => ledger.IsSealed(take.Key)).All(take => server.HoldsDurably(take.Key, take.Value));
        if (!world.RunUntil(world.Elapsed + Peace, () => ledger.Violations.Count > 0 || IsHome()))
        {
            ledger.Broken(FormattableString.Invariant($"{Peace.TotalSeconds} s after the last fault not every take is at the server and known there by its node"));
        }

        // The last word has the power cut: what is left of each machine must still hold everything.
        foreach (var machine in cameras.Select(camera => camera.Machine).Append(server.Machine))
        {
            machine.CutPower();
        }

        world.RunFor(TimeSpan.FromSeconds(8));
        foreach (var (id, sha256) in ledger.Takes.Where(take => ledger.IsSealed(take.Key)))
        {
            if (!server.HoldsDurably(id, sha256)
                && !cameras.Any(camera => camera.Held(id) is { } bytes && Convert.ToHexStringLower(SHA256.HashData(bytes)) == sha256))
            {
                ledger.Broken($"{id} was sealed and is nowhere");
            }
        }
    }

    private static void Strike(SimulatedWorld world, IReadOnlyList<SimulatedMachine> machines, OffloadServer server)
    {
        var machine = world.Pick(machines);
        var duration = world.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(6));
        switch (world.Pick(7))
        {
            case 0:
                machine.Kill();
                break;
            case 1:
                machine.CutPower();
                break;
            case 2:
                world.Network.Partition([server.Machine], machines.Where(one => one != server.Machine).ToList());
                world.After(duration, world.Network.Heal);
                break;
            case 3:
                machine.Disk.FailsFlushes = true;
                world.After(duration, () => Repair(machine.Disk));
                break;
            case 4:
                machine.Disk.FailsWrites = true;
                world.After(duration, () => Repair(machine.Disk));
                break;
            case 5:
                machine.Disk.CapacityBytes = 0;
                world.After(duration, () => Repair(machine.Disk));
                break;
            default:
                machine.Pause();
                world.After(duration, machine.Resume);
                break;
        }
    }

    private static void Repair(SimulatedDisk disk) => (disk.FailsFlushes, disk.FailsWrites, disk.CapacityBytes) = (false, false, long.MaxValue);

    /// <summary>As systemd does: whatever ended the process, another one is started.</summary>
    private static void KeepRunning(SimulatedWorld world, SimulatedMachine machine, Action start)
    {
        if (!machine.IsRunning)
        {
            start();
        }

        world.After(world.Between(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(3)), () => KeepRunning(world, machine, start));
    }
}
