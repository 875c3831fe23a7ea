extern alias node;

using node::Rig.CameraNode.Network;

namespace Rig.Tests.NodeApi;

/// <summary>Answers as nmcli would, and notes what it was asked. By default the machine has no NetworkManager.</summary>
internal sealed class ScriptedNetworkManager : INetworkManager
{
    public List<string[]> Asked { get; } = [];

    public Func<string[], NmcliResult?> Answers { get; set; } = _ => null;

    public Task<NmcliResult?> RunAsync(IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellationToken)
    {
        lock (Asked)
        {
            Asked.Add([.. arguments]);
        }

        return Task.FromResult(Answers([.. arguments]));
    }

    public static NmcliResult Ok(string output = "") => new(0, output, "");

    public static NmcliResult Fails(int exitCode, string error = "Error: no.") => new(exitCode, "", error);
}
