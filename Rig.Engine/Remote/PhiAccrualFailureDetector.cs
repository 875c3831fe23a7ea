namespace Rig.Engine.Remote;

/// <summary>
/// Suspicion that grows with silence. Source: Hayashibara et al., "The phi accrual failure detector", 2004;
/// the normal tail is approximated by the logistic form of Bowling et al., 2009.
/// </summary>
/// <remarks>Not thread-safe; its owner calls it from one thread.</remarks>
internal sealed class PhiAccrualFailureDetector
{
    private readonly FailureDetectorSettings _settings;
    private readonly TimeProvider _time;
    private readonly Queue<double> _intervalsMs = new();
    private double _sum;
    private double _sumOfSquares;
    private long? _lastHeartbeat;

    public PhiAccrualFailureDetector(FailureDetectorSettings settings, TimeProvider time)
    {
        _settings = settings;
        _time = time;
        // Two guessed intervals, so that a peer that falls silent after its first heartbeat is noticed too.
        var meanMs = settings.FirstHeartbeatEstimate.TotalMilliseconds;
        Add(meanMs * 0.75);
        Add(meanMs * 1.25);
    }

    public bool IsMonitoring => _lastHeartbeat is not null;

    public bool IsAvailable => Phi() < _settings.Threshold;

    public void Heartbeat()
    {
        var now = _time.GetTimestamp();
        if (_lastHeartbeat is { } last)
        {
            var intervalMs = _time.GetElapsedTime(last, now).TotalMilliseconds;
            // The silence of a peer that was taken for dead says nothing about its rhythm.
            if (Phi(intervalMs) < _settings.Threshold)
                Add(intervalMs);
        }
        _lastHeartbeat = now;
    }

    /// <summary>-log10 of the chance that a heartbeat is merely late; 0 before the first one.</summary>
    public double Phi() => _lastHeartbeat is { } last ? Phi(_time.GetElapsedTime(last).TotalMilliseconds) : 0;

    private double Phi(double silenceMs)
    {
        var mean = _sum / _intervalsMs.Count;
        var variance = Math.Max(0, (_sumOfSquares / _intervalsMs.Count) - (mean * mean));
        var deviation = Math.Max(Math.Sqrt(variance), _settings.MinStandardDeviation.TotalMilliseconds);
        var y = (silenceMs - mean - _settings.AcceptableHeartbeatPause.TotalMilliseconds) / deviation;
        var e = Math.Exp(-y * (1.5976 + (0.070566 * y * y)));
        return y > 0 ? -Math.Log10(e / (1 + e)) : -Math.Log10(1 - (1 / (1 + e)));
    }

    private void Add(double intervalMs)
    {
        _intervalsMs.Enqueue(intervalMs);
        _sum += intervalMs;
        _sumOfSquares += intervalMs * intervalMs;
        if (_intervalsMs.Count <= _settings.MaxSampleSize)
            return;
        var oldest = _intervalsMs.Dequeue();
        _sum -= oldest;
        _sumOfSquares -= oldest * oldest;
    }
}

internal sealed record FailureDetectorSettings(
    double Threshold,
    int MaxSampleSize,
    TimeSpan MinStandardDeviation,
    TimeSpan AcceptableHeartbeatPause,
    TimeSpan FirstHeartbeatEstimate);
