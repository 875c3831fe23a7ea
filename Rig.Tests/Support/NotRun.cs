using System.Runtime.CompilerServices;
using Xunit.Abstractions;

namespace Rig.Tests.Support;

/// <summary>
/// Says what a test could not check on this machine, in its own output and in the file that <c>RIG_NOT_RUN_LIST</c> names, whose
/// lines scripts/test.sh prints at its end. A test that calls it returns right after.
/// </summary>
internal static class NotRun
{
    private static readonly Lock Appending = new();

    /// <summary>Null where nobody collects the lines.</summary>
    private static string? List => Environment.GetEnvironmentVariable("RIG_NOT_RUN_LIST") is { Length: > 0 } path ? path : null;

    /// <param name="why">What the machine lacks, as the end of a sentence.</param>
    public static void Say(ITestOutputHelper output, string why, [CallerFilePath] string file = "", [CallerMemberName] string test = "") =>
        Say(output, List, why, file, test);

    internal static void Say(ITestOutputHelper output, string? list, string why, string file, string test)
    {
        var line = $"Not run: {Path.GetFileNameWithoutExtension(file)}.{test}: {why.ReplaceLineEndings(" ")}";
        output.WriteLine(line);
        if (list is null)
        {
            return;
        }

        lock (Appending)
        {
            File.AppendAllText(list, line + "\n");
        }
    }
}
