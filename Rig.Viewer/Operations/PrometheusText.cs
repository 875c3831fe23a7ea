using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Rig.Viewer.Operations;

/// <summary>
/// Sums the counters of one meter and writes them in Prometheus' text format 0.0.4. Only long counters are listened to; labels are
/// the program's own constants, so the number of series is bounded.
/// </summary>
internal sealed class PrometheusText : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<(string Name, string Labels), long> sums = new();
    private readonly ConcurrentDictionary<string, string> help = new();

    public PrometheusText(IMeterFactory meters, string meterName)
    {
        listener.InstrumentPublished = (instrument, subscriber) =>
        {
            // The factory tells this host's meters from those of another in the same process.
            if (instrument.Meter.Name == meterName && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                help[instrument.Name] = instrument.Description ?? "";
                subscriber.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            sums.AddOrUpdate((instrument.Name, Labels(tags)), value, (_, sum) => sum + value));
        listener.Start();
    }

    public string Render()
    {
        var text = new StringBuilder();
        foreach (var (name, description) in help.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            text.Append("# HELP ").Append(name).Append("_total ").Append(description).Append('\n');
            text.Append("# TYPE ").Append(name).Append("_total counter\n");
            foreach (var ((_, labels), sum) in sums.Where(entry => entry.Key.Name == name).OrderBy(entry => entry.Key.Labels, StringComparer.Ordinal))
            {
                text.Append(name).Append("_total").Append(labels).Append(' ').Append(sum.ToString(CultureInfo.InvariantCulture)).Append('\n');
            }
        }

        return text.ToString();
    }

    public void Dispose() => listener.Dispose();

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
        {
            return "";
        }

        var text = new StringBuilder("{");
        foreach (var (key, value) in tags)
        {
            text.Append(text.Length > 1 ? "," : "").Append(key).Append("=\"").Append(value).Append('"');
        }

        return text.Append('}').ToString();
    }
}
