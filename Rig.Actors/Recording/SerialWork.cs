namespace Rig.Actors.Recording;

/// <summary>
/// Runs one piece of blocking work after the other on the thread pool. Outlives a restart of the actor that gives the work, so that
/// what the new incarnation reads is read after what the former one had begun.
/// </summary>
internal sealed class SerialWork
{
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    public Task<T> Run<T>(Func<T> work)
    {
        lock (gate)
        {
            var next = last.ContinueWith(_ => work(), CancellationToken.None, TaskContinuationOptions.DenyChildAttach, TaskScheduler.Default);
            last = next;
            return next;
        }
    }
}
