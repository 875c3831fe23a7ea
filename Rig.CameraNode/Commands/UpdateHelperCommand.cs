using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using Rig.CameraNode.Installation;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Updates;

namespace Rig.CameraNode.Commands;

/// <summary><c>rig-node update-helper</c>: systemd runs it as root, see rig-node-update.service. Exit code 1: it could not begin.</summary>
internal static class UpdateHelperCommand
{
    /// <summary>The first that systemd passes on, see sd_listen_fds(3).</summary>
    private const int FirstPassedDescriptor = 3;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    internal static Command Create()
    {
        var root = new Option<string>("--root") { Description = "The install folder.", DefaultValueFactory = _ => "/opt/rig-node" };
        var unit = new Option<string>("--unit") { Description = "The node's service.", DefaultValueFactory = _ => "rig-node.service" };
        var health = new Option<string?>("--health") { Description = "The address that answers while the node works; else from the node's settings in the environment." };
        var marker = new Option<string>("--marker") { Description = "A file below /run.", DefaultValueFactory = _ => "/run/rig-node-update/restart-due" };
        var command = new Command("update-helper", "Puts releases in place that the node hands over. Started by systemd, as root.") { root, unit, health, marker };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetRequiredValue(root), parsed.GetRequiredValue(unit), new Uri(parsed.GetValue(health) ?? OfThisNode()), parsed.GetRequiredValue(marker), cancellationToken));
        return command;
    }

    // The unit gives the helper the node's own environment file, which belongs to root.
    private static string OfThisNode()
    {
        var port = int.TryParse(Environment.GetEnvironmentVariable("Rig__Node__Port"), NumberStyles.None, CultureInfo.InvariantCulture, out var set) ? set : new NodeOptions().Port;
        var address = Environment.GetEnvironmentVariable("Rig__Node__ListenAddress") is { Length: > 0 } listens and not ("0.0.0.0" or "::" or "*") ? listens : "127.0.0.1";
        return new UriBuilder(Uri.UriSchemeHttp, address, port, "/api/v1/health").ToString();
    }

    private static async Task<int> RunAsync(string root, string unit, Uri health, string marker, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("LISTEN_PID") != Environment.ProcessId.ToString(CultureInfo.InvariantCulture) || Environment.GetEnvironmentVariable("LISTEN_FDS") != "1")
        {
            await Console.Error.WriteLineAsync("rig-node update-helper is started by systemd, with its socket. See docs/guide/releases.md.");
            return 1;
        }

        using var logs = LoggerFactory.Create(logging => logging.AddSimpleConsole(console => console.SingleLine = true));
        using var listener = new Socket(new SafeSocketHandle(FirstPassedDescriptor, ownsHandle: true));
        using var node = new SystemdNode(unit, health, marker, TimeProvider.System, logs.CreateLogger<SystemdNode>());
        using var helper = new UpdateHelper(
            new PosixInstallFiles(root), new ReleaseGate(ReleaseKeys.OfThisBuild, UpdateOptions.ThisMachine, NodeVersion.Current), node, TrialTimes.Usual, TimeProvider.System,
            logs.CreateLogger<UpdateHelper>());
        try
        {
            await helper.ResumeAsync(cancellationToken);
            await new HelperServer(listener, helper, Idle).RunAsync(cancellationToken);
            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"rig-node update-helper cannot go on: {e.Message}");
            return 1;
        }
    }
}
