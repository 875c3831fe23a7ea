using System.CommandLine;
using Rig.CameraNode.Updates;

namespace Rig.CameraNode.Commands;

/// <summary><c>rig-node rollback</c>: for hands on the box, where the node itself does not answer. Exit code 1: nothing was changed.</summary>
internal static class RollbackCommand
{
    internal static Command Create()
    {
        var socket = new Option<string>("--socket") { Description = "Where the helper listens.", DefaultValueFactory = _ => new UpdateOptions().HelperSocket };
        var command = new Command("rollback", "Goes back to the version before the one that runs and starts the node again. A running take is sealed first.") { socket };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                using var helper = await HelperClient.ConnectAsync(parsed.GetRequiredValue(socket), cancellationToken);
                var version = await helper.RollbackAsync(cancellationToken);
                await helper.SwitchAsync(restart: true, cancellationToken);
                Console.Out.WriteLine($"Version {version} starts now. If it is not well within some minutes, the one that ran until now comes back.");
                return 0;
            }
            catch (UpdateException e)
            {
                Console.Error.WriteLine(e.Message);
                return 1;
            }
        });
        return command;
    }
}
