using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Rig.CameraNode.Access;
using Rig.CameraNode.Hosting;
using Rig.CameraNode.Settings;
using Rig.Hosting.Access;
using Rig.Hosting.Trust;
using Rig.Media.Processes;

namespace Rig.CameraNode.Commands;

/// <summary><c>rig-node pair</c>: what needs hands on the box. A running node notices at its next request.</summary>
internal static class PairCommand
{
    private const string OnTheBox = "somebody at the box";

    internal static Command Create()
    {
        var reset = new Option<bool>("--reset") { Description = "Unpair every phone and make a new PIN; the first phone that shows it owns the camera." };
        var device = new Option<string?>("--device") { Description = "Pair a program instead of a phone, and print the value of its cookie rig_device." };
        var role = new Option<string?>("--role") { Description = "Of that program: operator, unless told, or owner." };
        var command = new Command("pair", "Shows the PIN by which a phone is paired with this camera, and a QR code to scan. Run it as the node's user: sudo -u rig-node rig-node pair. Settings such as --Rig:Node:ConfigPath=FILE may follow.") { reset, device, role };
        command.TreatUnmatchedTokensAsErrors = false;
        command.Validators.Add(result =>
        {
            if (result.GetValue(role) is { } given && !PairedDevice.IsRole(given))
            {
                result.AddError("--role must be operator or owner.");
            }
            else if (result.GetValue(reset) && result.GetValue(device) is not null)
            {
                result.AddError("Use either --reset or --device.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                var node = new NodeOptions();
                var configuration = NodeHost.CreateBuilder([.. parsed.UnmatchedTokens]).Configuration;
                configuration.GetSection(NodeOptions.Section).Bind(node);
                var trust = configuration.GetSection(TrustOptions.Section).Get<TrustOptions>() ?? new TrustOptions();
                var folder = PairingFile.FolderOf(node.ConfigPath);
                var file = new PairingFile(folder, NullLogger.Instance);
                var wanted = parsed.GetValue(role) ?? Roles.Operator;
                var audit = new AuditLog(folder, TimeProvider.System, NullLogger.Instance);
                if (parsed.GetValue(reset))
                {
                    audit.Write(OnTheBox, "", "unpaired every phone and made a new PIN");
                }
                else if (parsed.GetValue(device) is { } program)
                {
                    audit.Write(OnTheBox, "", $"paired {PairedDevice.NameOf(program)} as {wanted}");
                }

                Console.Out.Write(parsed.GetValue(device) is { } name ? file.Pair(name, wanted, TimeProvider.System.GetUtcNow()).Cookie + '\n' : Shown(file, PageAddress.OfPhones(node, trust, node.Port), node.CameraId, parsed.GetValue(reset)));
                await HandOverAsync(folder, cancellationToken);
                return 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                await Console.Error.WriteLineAsync(e.Message);
                return 1;
            }
        });
        return command;
    }

    private static string Shown(PairingFile file, string page, string camera, bool reset)
    {
        var pairing = reset ? file.Reset() : file.Change(present => present);
        return $"""
            {QrPicture.Terminal(PageAddress.WithPin(page, pairing.Pin))}
            Camera  {camera}
            Page    {page}/
            PIN     {PairingPin.Spaced(pairing.Pin)}

            Scan the code with a phone, or open the page and type the PIN. {(pairing.IsClaimed ? $"{pairing.Devices.Count} paired already." : "The first phone owns the camera.")}

            """;
    }

    /// <summary>What root made here is the node's to read.</summary>
    private static async Task HandOverAsync(string folder, CancellationToken cancellationToken)
    {
        if (Environment.IsPrivilegedProcess)
        {
            using var chown = ChildProcess.Start(new System.Diagnostics.ProcessStartInfo("chown", ["-R", $"--reference={Path.GetDirectoryName(folder)}", folder]));
            await chown.WaitForExitAsync(cancellationToken);
        }
    }
}
