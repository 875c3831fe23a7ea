namespace Rig.Engine.Streams.Implementation.Stages;

/// <summary>Lets a reader outside the stream take one element at a time; a few wait for it.</summary>
internal sealed class QueueSink<T>(Interpreter interpreter) : SinkStage<T>(interpreter)
{
    private const int Ahead = 4;

    private readonly Queue<T> buffer = new();
    private readonly Lock gate = new();
    private TaskCompletionSource<Util.Option<T>>? waiting;
    private Exception? failure;
    private bool ended;

    /// <returns>Nothing at the end of the stream. One call at a time.</returns>
    public Task<Util.Option<T>> PullAsync()
    {
        lock (gate)
        {
            if (buffer.TryDequeue(out var element))
            {
                if (!ended)
                    Interpreter.Post(this, PullIfThereIsRoom);
                return Task.FromResult<Util.Option<T>>(element);
            }

            if (failure is not null)
                return Task.FromException<Util.Option<T>>(failure);
            if (ended)
                return Task.FromResult(Util.Option<T>.None);
            waiting = new TaskCompletionSource<Util.Option<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
            return waiting.Task;
        }
    }

    public void Cancel() => Interpreter.Post(this, CompleteStage);

    public override void PostStop(Exception? abrupt)
    {
        lock (gate)
        {
            ended = true;
            failure ??= abrupt;
            if (failure is null)
                waiting?.TrySetResult(Util.Option<T>.None);
            else
                waiting?.TrySetException(failure);
            waiting = null;
        }
    }

    protected override void OnPush()
    {
        var element = In.Grab();
        lock (gate)
        {
            if (waiting is { } reader)
            {
                waiting = null;
                reader.TrySetResult(element);
            }
            else
            {
                buffer.Enqueue(element);
            }

        }

        PullIfThereIsRoom();
    }

    // Asked of each time the reader took one; several such may wait, and one of them may have filled the buffer.
    private void PullIfThereIsRoom()
    {
        bool room;
        lock (gate)
            room = buffer.Count < Ahead;
        if (room)
            In.TryPull();
    }

    protected override void Failed(Exception cause)
    {
        lock (gate)
            failure = cause;
    }
}

internal sealed class StreamEnumerable<T, TMat>(ISourceGraph<T, TMat> source, IMaterializer materializer) : IAsyncEnumerable<T>
{
    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        var queue = materializer.Materialize(new Dsl.RunnableGraph<QueueSink<T>>(interpreter =>
        {
            var sink = interpreter.Add(new QueueSink<T>(interpreter));
            interpreter.Connect(source.BuildSource(interpreter), sink.In);
            return sink;
        }));
        try
        {
            while (true)
            {
                var next = await queue.PullAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
                if (next.IsEmpty)
                    yield break;
                yield return next.Value;
            }
        }
        finally
        {
            queue.Cancel();
        }
    }
}
