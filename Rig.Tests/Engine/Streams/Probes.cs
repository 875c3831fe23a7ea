namespace Rig.Tests.Engine.Streams;

/// <summary>Waits with a bound, so that a stream that hangs fails its test.</summary>
internal static class Bounds
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience);

    public static Task Soon(this Task task) => task.WaitAsync(Patience);
}

/// <summary>A reader that takes one element when the test says so, and so shows what has been asked of upstream.</summary>
internal sealed class SlowReader<T>(IAsyncEnumerator<T> elements) : IAsyncDisposable
{
    public async Task<T> NextAsync()
    {
        Assert.True(await elements.MoveNextAsync().AsTask().Soon(), "The stream ended early.");
        return elements.Current;
    }

    public async Task EndsAsync() => Assert.False(await elements.MoveNextAsync().AsTask().Soon());

    public ValueTask DisposeAsync() => elements.DisposeAsync();
}
