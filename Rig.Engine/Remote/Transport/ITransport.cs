using System.IO.Pipelines;

namespace Rig.Engine.Remote.Transport;

/// <summary>Carries bytes between nodes: TCP in production, a fault-injecting network in memory in tests.</summary>
internal interface ITransport : IAsyncDisposable
{
    /// <summary>Starts to listen; <paramref name="accept"/> owns each connection it is given and must not throw.</summary>
    /// <returns>The port that is really open, which matters when 0 was configured.</returns>
    Task<int> ListenAsync(Action<ITransportConnection> accept, CancellationToken cancellationToken);

    /// <exception cref="IOException">The peer could not be reached, or did not prove who it is.</exception>
    Task<ITransportConnection> ConnectAsync(string host, int port, CancellationToken cancellationToken);
}

/// <summary>A byte stream in both directions. Disposing it ends both at once.</summary>
internal interface ITransportConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>The other end, for the log.</summary>
    string Peer { get; }
}
