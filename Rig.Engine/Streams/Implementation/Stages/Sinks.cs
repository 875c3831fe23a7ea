using System.Collections.Immutable;

namespace Rig.Engine.Streams.Implementation.Stages;

/// <summary>Takes everything and answers with one task.</summary>
internal abstract class TaskSink<T, TResult>(Interpreter interpreter) : SinkStage<T>(interpreter)
{
    private readonly TaskCompletionSource<TResult> result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult> Result => result.Task;

    public override void PostStop(Exception? abrupt)
    {
        if (abrupt is not null)
            result.TrySetException(abrupt);
    }

    protected void Succeed(TResult value)
    {
        result.TrySetResult(value);
        CompleteStage();
    }

    protected override void Failed(Exception cause) => result.TrySetException(cause);
}

internal sealed class AggregateSink<T, TResult>(Interpreter interpreter, TResult zero, Func<TResult, T, TResult> aggregate) : TaskSink<T, TResult>(interpreter)
{
    private TResult gathered = zero;

    protected override void OnPush()
    {
        gathered = aggregate(gathered, In.Grab());
        In.Pull();
    }

    protected override void OnUpstreamFinish() => Succeed(gathered);
}

internal sealed class FirstSink<T>(Interpreter interpreter) : TaskSink<T, T>(interpreter)
{
    protected override void OnPush() => Succeed(In.Grab());

    protected override void OnUpstreamFinish() => FailStage(new NoSuchElementException("First of empty stream"));
}

internal sealed class SeqSink<T>(Interpreter interpreter) : TaskSink<T, IImmutableList<T>>(interpreter)
{
    private readonly ImmutableList<T>.Builder elements = ImmutableList.CreateBuilder<T>();

    protected override void OnPush()
    {
        elements.Add(In.Grab());
        In.Pull();
    }

    protected override void OnUpstreamFinish() => Succeed(elements.ToImmutable());
}
