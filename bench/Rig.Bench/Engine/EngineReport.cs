using System.Globalization;
using System.Text.Json;

namespace Rig.Bench.Engine;

/// <summary>What one bench measured: for each measure its rounds, shown as their median, or as JSON for scripts/bench-engine.sh.</summary>
internal sealed class EngineReport(bool json)
{
    /// <summary>Which engine this program was built with.</summary>
    public const string EngineName =
#if ENGINE_AKKA
        "akka";
#else
        "embedded";
#endif

    private readonly List<Row> rows = [];

    /// <param name="measure">Stable name of the row.</param>
    /// <param name="unit">Of the values.</param>
    /// <param name="higherIsBetter">False for times and sizes.</param>
    /// <param name="values">One for each round.</param>
    public void Add(string measure, string unit, bool higherIsBetter, IReadOnlyList<double> values)
    {
        var ordered = values.Order().ToArray();
        var median = (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
        var row = new Row(measure, unit, higherIsBetter, median, ordered[0], ordered[^1], ordered.Length);
        rows.Add(row);
        if (!json)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{EngineName,-9} {measure,-34} {row.Median,14:N1} {unit,-12} ({row.Lowest:N1} to {row.Highest:N1}, {row.Rounds} rounds)"));
        }
    }

    public int Finish()
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { Engine = EngineName, Rows = rows }, Json));
        }

        return 0;
    }

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private sealed record Row(string Measure, string Unit, bool HigherIsBetter, double Median, double Lowest, double Highest, int Rounds);
}
