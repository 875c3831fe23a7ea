using System.Globalization;

namespace Rig.Bench.Accounts;

/// <summary>How long refused sign-ins took, for each reason.</summary>
internal static class SignInTimes
{
    /// <param name="timesMs">By reason.</param>
    /// <returns>The exit code.</returns>
    public static int Report(string measure, Dictionary<string, List<double>> timesMs)
    {
        foreach (var (name, list) in timesMs)
        {
            list.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-8} median {At(list, 0.5):0.00} ms (p10 {At(list, 0.1):0.00}, p90 {At(list, 0.9):0.00}; {list.Count} tries)"));
        }

        var medians = timesMs.Values.Select(list => At(list, 0.5)).ToList();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{measure}: medians within {((medians.Max() / medians.Min()) - 1) * 100:0.0} % (goal 10)"));
        return 0;
    }

    private static double At(List<double> sorted, double share) => sorted[(int)((sorted.Count - 1) * share)];
}
