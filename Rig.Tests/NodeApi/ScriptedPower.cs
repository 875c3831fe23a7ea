extern alias node;

using node::Rig.CameraNode.Power;

namespace Rig.Tests.NodeApi;

/// <summary>Notes what would have been done to the machine.</summary>
internal sealed class ScriptedPower : IMachinePower
{
    private readonly TaskCompletionSource<string> done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string? Refusal { get; set; }

    public Task<string> Done => done.Task;

    public void PowerOff() => done.TrySetResult("off");

    public void Reboot() => done.TrySetResult("reboot");
}
