namespace Rig.Engine.Dispatch;

/// <summary>Decides where and when mailboxes run. A simulation brings its own.</summary>
internal abstract class MessageDispatcher(string id, int throughput)
{
    public string Id { get; } = id;

    /// <summary>User messages that one actor may handle before the next gets its turn.</summary>
    public int Throughput { get; } = throughput;

    /// <summary>A mailbox that was idle has work.</summary>
    public abstract void Dispatch(Mailbox mailbox);

    /// <summary>A mailbox has used up its turn and has more work.</summary>
    public virtual void Continue(Mailbox mailbox) => Dispatch(mailbox);
}

/// <summary>Runs mailboxes on the shared thread pool, first come first served.</summary>
internal sealed class ThreadPoolDispatcher(string id, int throughput) : MessageDispatcher(id, throughput)
{
    public override void Dispatch(Mailbox mailbox) => ThreadPool.UnsafeQueueUserWorkItem(mailbox, preferLocal: false);
}

/// <summary>Runs each mailbox on a thread of the caller's: for a logger or a test that must not wait for the pool.</summary>
internal sealed class DedicatedThreadDispatcher : MessageDispatcher, IDisposable
{
    private readonly System.Collections.Concurrent.BlockingCollection<Mailbox> _queue = [];

    public DedicatedThreadDispatcher(string id, int throughput)
        : base(id, throughput)
    {
        var thread = new Thread(Run) { IsBackground = true, Name = id };
        thread.Start();
    }

    public override void Dispatch(Mailbox mailbox)
    {
        if (!_queue.IsAddingCompleted)
            _queue.Add(mailbox);
    }

    public void Dispose() => _queue.CompleteAdding();

    private void Run()
    {
        foreach (var mailbox in _queue.GetConsumingEnumerable())
            mailbox.RunTurn();
    }
}
