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

    /// <summary>Upper bounds of a histogram's buckets, for durations in seconds.</summary>
    private static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    /// <summary>Prometheus text.</summary>
    public void WriteTo(StringBuilder text, string cameraId)
    {
        foreach (var group in totals.Values.GroupBy(t => t.Name).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var first = group.First();
            text.Append(CultureInfo.InvariantCulture, $"# HELP {first.Name} {first.Help}\n# TYPE {first.Name} {(first.IsHistogram ? "histogram" : "counter")}\n");
            foreach (var total in group.OrderBy(t => t.Labels, StringComparer.Ordinal))
            {
                var labels = $"{{camera_id=\"{cameraId}\"{total.Labels}}}";
                var (count, sum) = total.Read();
                if (total.IsHistogram)
                {
                    foreach (var (bound, below) in total.Buckets())
                    {
                        text.Append(CultureInfo.InvariantCulture, $"{first.Name}_bucket{labels[..^1]},le=\"{bound}\"}} {below}\n");
                    }

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
        private readonly long[] buckets = new long[Bounds.Length];
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
                var bucket = Array.FindIndex(Bounds, bound => value <= bound);
                if (isHistogram && bucket >= 0)
                {
                    buckets[bucket]++;
                }
            }
        }

        /// <summary>How many values were at most each bound.</summary>
        public IReadOnlyList<(string Bound, long Below)> Buckets()
        {
            lock (gate)
            {
                var below = 0L;
                return [.. Bounds.Select((bound, i) => (bound.ToString(CultureInfo.InvariantCulture), below += buckets[i])), ("+Inf", count)];
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
