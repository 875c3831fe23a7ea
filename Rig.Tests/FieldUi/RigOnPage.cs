using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Tests.NodeApi;
using static Rig.Domain.Messages.SessionProtocol;

namespace Rig.Tests.FieldUi;

/// <summary>
/// Three cameras as a coordinator tells of them to a node's page, again and again: one view told once is too old by the time that a
/// busy machine has opened the page.
/// </summary>
internal sealed class RigOnPage : IDisposable
{
    private static readonly string[] Cameras = ["CAM_L", "CAM_C", "CAM_R"];

    private Timer? telling;

    public void Dispose() => telling?.Dispose();

    public void KeepTelling(Action tell)
    {
        tell();
        telling?.Dispose();
        telling = new Timer(_ => tell(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void Show(NodeUnderTest node, NodePhase phase)
    {
        node.Board.Node = node.Report(phase);
        KeepTelling(() => node.ShowRig(phase == NodePhase.Idle ? null : Session(node, SessionPhase.Recording), [.. Cameras.Select(camera => node.Report(phase, camera))]));
    }

    /// <summary>A ready rig whose coordinator starts and stops as it is told.</summary>
    public void Film(NodeUnderTest node)
    {
        Show(node, NodePhase.Idle);
        node.CoordinatorAnswers = message =>
        {
            switch (message)
            {
                case StartSession:
                    Show(node, NodePhase.Recording);
                    return new SessionStarted(Session(node, SessionPhase.Recording));
                case StopSession:
                    Show(node, NodePhase.Idle);
                    return new SessionStopped(Session(node, SessionPhase.Completed));
                default:
                    return null;
            }
        };
    }

    private static SessionView Session(NodeUnderTest node, SessionPhase phase) => new(
        SessionId.Parse("Final"), phase, node.Clock.MasterNow, null, 0.4,
        [.. Cameras.Select(camera => new SessionCamera(CameraId.Parse(camera), phase == SessionPhase.Recording ? CameraPart.Recording : CameraPart.Stopped, null, null, null, []))]);
}
