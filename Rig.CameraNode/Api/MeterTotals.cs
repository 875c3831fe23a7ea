using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Rig.CameraNode.Api;

/// <summary>Sums what the program's own meters (<c>Rig.*</c>) count, for <c>/metrics</c>.</summary>
internal sealed class MeterTotals : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<string, Total> totals = new(StringComparer.Ordinal);

    public MeterTotals()
    {
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name.StartsWith("Rig.", StringComparison.Ordinal))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
    }

    public void Dispose() => listener.Dispose();

    /// <summary>Prometheus text; a histogram as its count and sum.</summary>
    public void WriteTo(StringBuilder text, string cameraId)
    {
        foreach (var group in totals.Values.GroupBy(t => t.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var first = group.First();
            text.Append(CultureInfo.InvariantCulture, $"# HELP {first.Name} {first.Help}\n# TYPE {first.Name} {(first.IsHistogram ? "summary" : "counter")}\n");
            foreach (var total in group.OrderBy(t => t.Labels, StringComparer.Ordinal))
            {
                var labels = $"{{camera_id=\"{cameraId}\"{total.Labels}}}";
                var (count, sum) = total.Read();
                if (total.IsHistogram)
                {
                    text.Append(CultureInfo.InvariantCulture, $"{first.Name}_count{labels} {count}\n{first.Name}_sum{labels} {sum:R}\n");
                }
                else
                {
                    text.Append(CultureInfo.InvariantCulture, $"{first.Name}{labels} {sum:R}\n");
                }
            }
        }
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = "";
        foreach (var (name, tag) in tags)
        {
            labels += $",{name}=\"{Escape(tag?.ToString() ?? "")}\"";
        }

        totals.GetOrAdd(
                instrument.Name + labels,
                _ => new Total(instrument.Name, instrument.Description ?? instrument.Name, labels, instrument.GetType().GetGenericTypeDefinition() == typeof(Histogram<>)))
            .Add(value);
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private sealed class Total(string name, string help, string labels, bool isHistogram)
    {
        private readonly Lock gate = new();
        private long count;
        private double sum;

        public string Name => name;

        public string Help => help;

        public string Labels => labels;

        public bool IsHistogram => isHistogram;

        public void Add(double value)
        {
            lock (gate)
            {
                count++;
                sum += value;
            }
        }

        public (long Count, double Sum) Read()
        {
            lock (gate)
            {
                return (count, sum);
            }
        }
    }
}
