namespace Rig.Engine.Persistence;

/// <summary>A journal or store that never answers counts as one that failed.</summary>
internal static class PluginCall
{
    /// <exception cref="TimeoutException">It took longer than <c>circuit-breaker.call-timeout</c>.</exception>
    public static async Task<T> InTimeAsync<T>(Task<T> call, TimeSpan timeout, string what)
    {
        if (call.IsCompleted || timeout == Timeout.InfiniteTimeSpan)
            return await call;
        try
        {
            return await call.WaitAsync(timeout);
        }
        catch (TimeoutException) when (!call.IsCompleted)
        {
            throw new TimeoutException($"The {what} took longer than {timeout.TotalSeconds}s (circuit-breaker.call-timeout).");
        }
    }

    /// <inheritdoc cref="InTimeAsync{T}"/>
    public static async Task InTimeAsync(Task call, TimeSpan timeout, string what) => await InTimeAsync(WithoutResult(call), timeout, what);

    private static async Task<bool> WithoutResult(Task call)
    {
        await call;
        return true;
    }
}
