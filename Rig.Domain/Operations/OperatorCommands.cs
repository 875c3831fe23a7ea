using static Rig.Domain.Operations.ArgumentKind;

namespace Rig.Domain.Operations;

/// <summary>Every command of the operations port, named as Petabridge.Cmd names them where it has them. A program offers some of them.</summary>
public static class OperatorCommands
{
    private static readonly OperatorArgument Lines = new("lines", "How many of the newest, 1 to 1000; 50 unless told.", Option);

    public static IReadOnlyList<OperatorCommand> All { get; } =
    [
        new("cluster show", "Members of the cluster with status and roles; who is leader and who cannot be reached.", OperatorView.Table, "cluster show"),
        new("cluster join", "Lets this node join the cluster of another.", OperatorView.Record, "cluster join 192.168.1.102:4053",
            new OperatorArgument("address", "host:port of a member.", Required)) { Changes = true },
        new("cluster leave", "Lets a member leave in good order; this node unless another is named. Its process starts a new cluster system, which joins again.", OperatorView.Record, "cluster leave",
            new OperatorArgument("address", "host:port of the member.", Optional)) { Changes = true },
        new("cluster down", "Declares a member that cannot be reached dead.", OperatorView.Record, "cluster down 192.168.1.103:4053",
            new OperatorArgument("address", "host:port of the member.", Required)) { Changes = true },
        new("actor hierarchy", "The actors of this process, as a tree.", OperatorView.Text, "actor hierarchy"),
        new("actor count", "How many actors each actor system of this process has.", OperatorView.Table, "actor count"),
        new("log level", "Shows the level from which this process logs, or sets it until its end.", OperatorView.Record, "log level debug",
            new OperatorArgument("level", "debug, info, warning or error.", Optional)) { Changes = true },
        new("log tail", "The newest log entries; goes on with --follow.", OperatorView.Log, "log tail --follow --level warning",
            Lines, new OperatorArgument("level", "Leaves out what is below: debug, info, warning or error.", Option), new OperatorArgument("follow", "Shows new entries as they come, until Ctrl-C.", Flag)),
        new("dead-letters", "Messages that no actor took: how many, and the newest.", OperatorView.Table, "dead-letters --lines 10", Lines),
        new("config show", "The settings in effect; secrets are masked.", OperatorView.Table, "config show rig.akka.cluster",
            new OperatorArgument("path", "Only keys that begin so.", Optional)),
        new("rig status", "The three cameras, as the session coordinator sees them.", OperatorView.Table, "rig status"),
        new("rig preflight", "Checks whether every camera may start.", OperatorView.Table, "rig preflight"),
        new("rig start", "Starts a session on all cameras.", OperatorView.Record, "rig start --session Final_Home",
            new OperatorArgument("session", "Name of the session; made from the clock unless given.", Option)) { Changes = true },
        new("rig stop", "Stops the running session.", OperatorView.Record, "rig stop") { Changes = true },
        new("jobs", "Sessions on the home server and how far each has come.", OperatorView.Table, "jobs"),
        new("jobs cancel", "Ends the stage of a session that runs or waits to run on the home server, until it is told to retry.", OperatorView.Record, "jobs cancel Final_Home",
            new OperatorArgument("session", "The session.", Required)) { Changes = true },
        new("jobs retry", "Tries a session's failed or cancelled stage again.", OperatorView.Record, "jobs retry Final_Home",
            new OperatorArgument("session", "The session.", Required)) { Changes = true },
        new("offload list", "Takes and whether the home server has them.", OperatorView.Table, "offload list"),
        new("offload pause", "Sends no further take to the home server until told to resume; the one under way stops.", OperatorView.Record, "offload pause") { Changes = true },
        new("offload resume", "Sends takes again.", OperatorView.Record, "offload resume") { Changes = true },
        new("offload retry", "Tries what failed again, now.", OperatorView.Record, "offload retry",
            new OperatorArgument("job", "Only this job of a camera's queue, or on the server only this recording.", Optional)) { Changes = true },
        new("offload verify", "Reads every byte of a session's recordings on the home server again and compares; what is damaged is pulled again.", OperatorView.Table, "offload verify Final_Home --camera CAM_L",
            new OperatorArgument("session", "The session.", Required), new OperatorArgument("camera", "Only this camera's.", Option)) { Changes = true },
    ];

    public static OperatorCommand? Find(string name) => All.FirstOrDefault(command => command.Name == name);
}
