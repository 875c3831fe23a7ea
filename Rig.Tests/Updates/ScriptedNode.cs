extern alias node;
using node::Rig.CameraNode.Installation;

namespace Rig.Tests.Updates;

/// <summary>The node's service, well or not as the test says.</summary>
internal sealed class ScriptedNode : IRunningNode
{
    /// <summary>Asked at every look.</summary>
    public Func<bool> IsWell { get; set; } = () => true;

    public int Restarts { get; private set; }

    public bool RestartIsDue { get; set; }

    public void AnnounceRestart() => RestartIsDue = true;

    public void ForgetRestart() => RestartIsDue = false;

    public Task RestartAsync(CancellationToken cancellationToken)
    {
        Restarts++;
        RestartIsDue = false;
        return Task.CompletedTask;
    }

    public Task<bool> IsWellAsync(CancellationToken cancellationToken) => Task.FromResult(IsWell());
}
