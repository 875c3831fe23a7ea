using System.CommandLine;
using Rig.CameraNode.Clock;
using Rig.CameraNode.Storage;

namespace Rig.CameraNode.Commands;

/// <summary><c>rig-node chrony-config</c>: prints or writes chrony's configuration for this node; scripts/install-node.sh applies it.</summary>
internal static class ChronyConfigCommand
{
    internal static Command Create()
    {
        var master = new Option<bool>("--master") { Description = "For the centre camera, whose clock the others follow." };
        var server = new Option<string?>("--server") { Description = "For the other cameras: the centre camera's host name or address." };
        var output = new Option<string?>("--output") { Description = "Write to this file, such as /etc/chrony/chrony.conf, instead of printing." };
        var command = new Command("chrony-config", "Writes chrony's configuration for this node.") { master, server, output };
        command.Validators.Add(result =>
        {
            if (result.GetValue(master) == (result.GetValue(server) is not null))
            {
                result.AddError("Say either --master or --server HOST.");
            }
            else if (result.GetValue(server) is { } host && Uri.CheckHostName(host) == UriHostNameType.Unknown)
            {
                result.AddError($"'{host}' is no host name or address.");
            }
        });
        command.SetAction(parsed =>
        {
            var text = parsed.GetValue(server) is { } host ? ChronyConfig.Client(host) : ChronyConfig.Master;
            if (parsed.GetValue(output) is not { } path)
            {
                Console.Out.Write(text);
                return 0;
            }

            try
            {
                new PosixRecordingFiles().WriteAtomic(Path.GetFullPath(path), System.Text.Encoding.UTF8.GetBytes(text));
                return 0;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine($"{path} could not be written: {e.Message}");
                return 1;
            }
        });
        return command;
    }
}
