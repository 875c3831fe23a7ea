namespace Rig.CameraNode.Installation;

/// <summary>The node's service as the helper sees it.</summary>
internal interface IRunningNode
{
    /// <summary>A restart was announced, and none has followed since the box was switched on.</summary>
    bool RestartIsDue { get; }

    /// <summary>Before <c>current</c> is moved: if this helper is killed then, the next one knows that the node may still run the other version.</summary>
    void AnnounceRestart();

    /// <summary>Takes the announcement back.</summary>
    void ForgetRestart();

    /// <summary>Ends the node, which its service starts again from <c>current</c>, and returns when another process runs or time is up.</summary>
    Task RestartAsync(CancellationToken cancellationToken);

    /// <summary>It answers as a node that works does.</summary>
    Task<bool> IsWellAsync(CancellationToken cancellationToken);
}
