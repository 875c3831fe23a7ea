namespace Rig.CameraNode.Storage;

/// <param name="AverageC">Rounded to a tenth, as the highest is.</param>
internal sealed record TakeTemperature(double AverageC, double MaxC);

/// <summary>Reads the temperature while a take runs: at its start, every five seconds and at its end. A sensor that is silent for a while is left out.</summary>
internal sealed class TakeThermometer : IDisposable
{
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Func<double?> read;
    private readonly ITimer timer;
    private readonly Lock gate = new();
    private double sum;
    private double max = double.MinValue;
    private long count;

    internal TakeThermometer(Func<double?> read, TimeProvider time)
    {
        this.read = read;
        Sample();
        timer = time.CreateTimer(_ => Sample(), null, Interval, Interval);
    }

    /// <summary>Reads once more and tells; null when the sensor never gave a value.</summary>
    internal TakeTemperature? Finish()
    {
        timer.Dispose();
        Sample();
        lock (gate)
        {
            return count == 0 ? null : new TakeTemperature(Math.Round(sum / count, 1), Math.Round(max, 1));
        }
    }

    public void Dispose() => timer.Dispose();

    private void Sample()
    {
        if (read() is { } celsius && double.IsFinite(celsius))
        {
            lock (gate)
            {
                (sum, max, count) = (sum + celsius, Math.Max(max, celsius), count + 1);
            }
        }
    }
}
