namespace Rig.CameraNode.Control;

/// <summary>The actors as the REST routes use them.</summary>
internal interface INodeControl
{
    /// <summary>Asks this node's own camera actor.</summary>
    /// <exception cref="TimeoutException">No answer within <paramref name="timeout"/>.</exception>
    Task<object> AskCameraAsync(object message, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Asks this node's offload actor.</summary>
    /// <exception cref="TimeoutException">No answer within <paramref name="timeout"/>.</exception>
    Task<object> AskUploadAsync(object message, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Asks the rig's session coordinator, wherever it runs.</summary>
    /// <exception cref="TimeoutException">No coordinator answered within <paramref name="timeout"/>.</exception>
    Task<object> AskCoordinatorAsync(object message, TimeSpan timeout, CancellationToken cancellationToken);
}
