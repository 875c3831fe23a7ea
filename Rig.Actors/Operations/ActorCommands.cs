using System.Text.Json.Nodes;
using Rig.Hosting.Operations;

namespace Rig.Actors.Operations;

/// <summary>What an operator sees of this process's actors.</summary>
public static class ActorCommands
{
    /// <param name="systems">The actor systems that run now.</param>
    public static OperatorPalette AddActors(this OperatorPalette palette, Func<IEnumerable<ActorSystem>> systems, DeadLetterBoard deadLetters) => palette
        .Add("actor hierarchy", _ => systems().Select(system => new JsonObject { ["system"] = system.Name, ["text"] = $"{system.Name}\n{Tree(system).TrimEnd()}" }))
        .Add("actor count", _ => systems().Select(system => new JsonObject
        {
            ["system"] = system.Name,
            // A line for each actor; the root is none that anyone made.
            ["actors"] = Tree(system).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1,
            ["uptime_sec"] = (long)system.Uptime.TotalSeconds,
        }))
        .Add("dead-letters", arguments => deadLetters.Newest(arguments.Number("lines", 50, 1, DeadLetterBoard.Capacity)));

    private static string Tree(ActorSystem system) => ((ExtendedActorSystem)system).PrintTree();
}
