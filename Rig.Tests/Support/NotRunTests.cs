using Xunit.Abstractions;

namespace Rig.Tests.Support;

public sealed class NotRunTests
{
    [Fact]
    public async Task Each_test_that_did_not_run_is_one_line_of_the_list_and_of_its_own_output()
    {
        using var folder = new TempFolder();
        var list = folder.File("not-run");
        var own = new Output();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Task.Run(() => NotRun.Say(new Output(), list, $"it lacks {n}", "/far/away/SomeTests.cs", "It_works"))));
        NotRun.Say(own, list, "it lacks\nthe last", "/far/away/OtherTests.cs", "It_works_too");

        var lines = await File.ReadAllLinesAsync(list);
        Assert.Equal(51, lines.Length);
        Assert.Equal(Enumerable.Range(0, 50).Select(n => $"Not run: SomeTests.It_works: it lacks {n}").Order(), lines[..50].Order());
        Assert.Equal("Not run: OtherTests.It_works_too: it lacks the last", lines[50]);
        Assert.Equal([lines[50]], own.Lines);
    }

    [Fact]
    public void Where_nobody_collects_it_is_still_said()
    {
        var own = new Output();
        NotRun.Say(own, list: null, "it lacks a wheel", "SomeTests.cs", "It_rolls");
        Assert.Equal(["Not run: SomeTests.It_rolls: it lacks a wheel"], own.Lines);
    }

    [Fact]
    public void No_test_says_it_in_words_of_its_own()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Rig.sln")))
        {
            root = root.Parent ?? throw new DirectoryNotFoundException("The tests do not run from within the repository.");
        }

        var others = new DirectoryInfo(Path.Combine(root.FullName, "Rig.Tests")).EnumerateFiles("*.cs", SearchOption.AllDirectories)
            .Where(file => file.Name is not ("NotRun.cs" or "NotRunTests.cs") && File.ReadAllText(file.FullName).Contains("\"Not run", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(others.Select(file => file.Name));
    }

    private sealed class Output : ITestOutputHelper
    {
        public List<string> Lines { get; } = [];

        public void WriteLine(string message) => Lines.Add(message);

        public void WriteLine(string format, params object[] args) => throw new NotSupportedException();
    }
}
