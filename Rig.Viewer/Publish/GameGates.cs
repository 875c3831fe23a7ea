using System.Collections.Concurrent;

namespace Rig.Viewer.Publish;

/// <summary>One publish request at a time for each game, so that a retry never writes beside the request it replaces.</summary>
internal sealed class GameGates
{
    // A broken connection is given up by the server after a few seconds; its successor waits for that.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, SemaphoreSlim> gates = new(StringComparer.Ordinal);

    /// <returns>To be disposed of at the end; null when another request kept the gate for too long.</returns>
    public async Task<IDisposable?> EnterAsync(string sessionId, CancellationToken cancellationToken)
    {
        var gate = gates.GetOrAdd(sessionId, _ => new SemaphoreSlim(1, 1));
        return await gate.WaitAsync(Timeout, cancellationToken) ? new Passage(gate) : null;
    }

    private sealed class Passage(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
