using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Rig.Tests.Support;

namespace Rig.Tests.Drivers;

/// <summary>What we take a C header to say, held against what a C compiler makes of it.</summary>
internal sealed class CHeader(string include, params string[] compilerArguments)
{
    private readonly Dictionary<string, ulong> facts = [];

    internal int Count => facts.Count;

    internal void Value(string expression, ulong value) => facts[expression] = value;

    /// <param name="name">Its type in C.</param>
    /// <param name="fields">Pairs of our name and C's, such as <c>BusInfo bus_info, Version version</c>.</param>
    internal void Struct<T>(string name, string fields)
        where T : unmanaged
    {
        facts[$"sizeof({name})"] = (ulong)Unsafe.SizeOf<T>();
        foreach (var pair in fields.Split(", ").Select(f => f.Split(' ')))
        {
            // These structs are blittable: what is marshalled is what lies in memory.
            facts[$"offsetof({name}, {pair[1]})"] = (ulong)Marshal.OffsetOf<T>(pair[0]);
        }
    }

    /// <returns>A sentence for each difference.</returns>
    internal async Task<IReadOnlyList<string>> DifferencesAsync()
    {
        var source = new StringBuilder("#include <stddef.h>\n#include <stdio.h>\n").Append("#include ").Append(include).Append("\nint main(void) {\n");
        foreach (var what in facts.Keys)
        {
            source.Append("printf(\"%lu\\n\", (unsigned long)(").Append(what).Append("));\n");
        }

        source.Append("return 0; }\n");
        using var folder = new TempFolder("rig-header");
        await File.WriteAllTextAsync(folder.File("facts.c"), source.ToString());
        await RunAsync("cc", [folder.File("facts.c"), "-o", folder.File("facts"), .. compilerArguments]);
        var said = (await RunAsync(folder.File("facts"))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return [.. facts.Zip(said, (ours, theirs) => (ours.Key, Ours: ours.Value, Theirs: ulong.Parse(theirs, CultureInfo.InvariantCulture)))
            .Where(f => f.Ours != f.Theirs).Select(f => $"{f.Key}: ours {f.Ours}, the header's {f.Theirs}")];
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, errors);
        return await output;
    }
}
