namespace Rig.Tests.Engine.Streams;

/// <summary>Waits with a bound, so that a stream that hangs fails its test.</summary>
internal static class Bounds
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience);

    public static Task Soon(this Task task) => task.WaitAsync(Patience);

    /// <summary>Offers fail once the stream has ended. One that comes just while it ends is left without an answer in Akka.NET; then another is made.</summary>
    public static async Task IsDetachedAsync(this ISourceQueueWithComplete<int> queue)
    {
        for (var tries = Patience / TimeSpan.FromSeconds(1); tries > 0; tries--)
        {
            var offer = queue.OfferAsync(0);
            if (await Task.WhenAny(offer, Task.Delay(TimeSpan.FromSeconds(1))) == offer)
            {
                await Assert.ThrowsAsync<StreamDetachedException>(() => offer);
                return;
            }
        }

        Assert.Fail("An ended stream answers no offer.");
    }

    /// <summary>What comes out of a task or a kill switch arrives downstream in an <see cref="AggregateException"/>.</summary>
    public static async Task<T> ThrowsWrappedAsync<T>(Func<Task> run)
        where T : Exception =>
        Assert.IsType<T>(Assert.Single((await Assert.ThrowsAsync<AggregateException>(run)).InnerExceptions));
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
