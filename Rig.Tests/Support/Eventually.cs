using System.Diagnostics;

namespace Rig.Tests.Support;

/// <summary>Waits for a condition with a generous bound, instead of for a time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(20);

    /// <param name="otherwise">What is said when the bound is over; asked for then.</param>
    /// <param name="interval">Between two looks.</param>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> HoldsAsync(Func<Task<bool>> condition, Func<string>? otherwise = null, TimeSpan? timeout = null, TimeSpan? interval = null)
    {
        var bound = timeout ?? DefaultTimeout;
        var begin = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(begin) > bound)
            {
                Assert.Fail($"It did not come true in {bound.TotalSeconds:0} s. {otherwise?.Invoke()}");
            }

            await RealTime.PassAsync(interval ?? DefaultInterval);
        }

        return Stopwatch.GetElapsedTime(begin);
    }

    /// <summary>Gives a busy machine the time that it needs: it fails only when nothing has moved for <paramref name="quiet"/>, or after five times that.</summary>
    /// <param name="progress">What moves on the way there; any change counts.</param>
    public static async Task HoldsInTheEndAsync(Func<Task<bool>> condition, Func<string?> progress, Func<string> otherwise, TimeSpan quiet, TimeSpan interval)
    {
        const int QuietTimesMax = 5;
        var begin = Stopwatch.GetTimestamp();
        var (moved, last) = (begin, progress());
        while (!await condition())
        {
            if (progress() is var now && now != last)
            {
                (moved, last) = (Stopwatch.GetTimestamp(), now);
            }

            if (Stopwatch.GetElapsedTime(moved) > quiet || Stopwatch.GetElapsedTime(begin) > QuietTimesMax * quiet)
            {
                Assert.Fail($"It did not come true in {Stopwatch.GetElapsedTime(begin).TotalSeconds:0} s, the last {Stopwatch.GetElapsedTime(moved).TotalSeconds:0} of which nothing moved. {otherwise()}");
            }

            await RealTime.PassAsync(interval);
        }
    }

    public static Task<TimeSpan> HoldsAsync(Func<bool> condition, Func<string>? otherwise = null, TimeSpan? timeout = null, TimeSpan? interval = null) =>
        HoldsAsync(() => Task.FromResult(condition()), otherwise, timeout, interval);
}
