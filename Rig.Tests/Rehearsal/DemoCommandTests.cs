using System.CommandLine;
using Rig.Rehearsal.Demo;

namespace Rig.Tests.Rehearsal;

public sealed class DemoCommandTests
{
    [Fact]
    public void Json_names_the_file_of_the_summary()
    {
        var demo = DemoCommand.Create();
        var parsed = new RootCommand { demo }.Parse("demo --json summary.json --seconds 5");
        Assert.Empty(parsed.Errors);
        Assert.Equal("summary.json", parsed.GetValue<string?>(demo.Options.OfType<Option<string?>>().Single(option => option.Name == "--json")));
    }
}
