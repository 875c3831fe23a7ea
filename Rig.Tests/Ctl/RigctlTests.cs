extern alias ctl;
using System.CommandLine;
using System.CommandLine.Parsing;
using ctl::Rig.Ctl.Operations;
using Rig.Domain.Operations;
using Rig.Tests.Support;

namespace Rig.Tests.Ctl;

public sealed class RigctlTests
{
    private readonly List<(string Name, IReadOnlyDictionary<string, string> Arguments, OperatorSettings Settings)> ran = [];

    public static TheoryData<string> Examples => [.. OperatorCommands.All.Select(command => command.Example)];

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Every_example_of_the_help_runs_the_command_it_belongs_to(string example)
    {
        var parsed = Parse(example);
        Assert.Empty(parsed.Errors);
        Assert.Equal(0, await parsed.InvokeAsync());
        var (name, arguments, _) = Assert.Single(ran);
        var command = OperatorCommands.Find(name);
        Assert.NotNull(command);
        Assert.Equal(example, command.Example);
        Assert.Null(command.Problem(arguments));
    }

    [Fact]
    public async Task Arguments_options_and_flags_reach_the_node_by_name()
    {
        await Parse("log tail --lines 5 --follow --node 192.168.1.102 --json").InvokeAsync();
        var (name, arguments, settings) = Assert.Single(ran);
        Assert.Equal("log tail", name);
        Assert.Equal(new Dictionary<string, string> { ["lines"] = "5", ["follow"] = "true" }, arguments);
        Assert.Equal(new OperatorSettings(new NodeAddress("192.168.1.102", OperationsHttp.DefaultPort), null, true), settings);
    }

    [Theory]
    [InlineData("cluster join")]
    [InlineData("cluster fly")]
    [InlineData("cluster show --node http://x/y")]
    [InlineData("cluster show --node :9110")]
    public void A_wrong_line_is_an_error_and_runs_nothing(string line)
    {
        Assert.NotEmpty(Parse(line).Errors);
        Assert.Empty(ran);
    }

    [Fact]
    public void Completion_offers_commands_and_their_options()
    {
        var root = Root();
        Assert.Contains("hierarchy", root.Parse("actor h").GetCompletions(7).Select(item => item.Label));
        Assert.Contains("--follow", root.Parse("log tail --f").GetCompletions(12).Select(item => item.Label));
    }

    [Fact]
    public void A_line_is_edited_where_the_cursor_is()
    {
        var line = new LineBuffer([]);
        line.Insert("rig stats");
        line.MoveBy(-1);
        line.Insert("u");
        Assert.Equal("rig status", line.Text);
        line.MoveToStart();
        line.DeleteAt();
        line.MoveToEnd();
        line.DeleteBefore();
        line.MoveBy(-100);
        line.DeleteBefore();
        Assert.Equal(("ig statu", 0), (line.Text, line.Cursor));
        line.MoveBy(2);
        line.DeleteToEnd();
        Assert.Equal("ig", line.Text);
    }

    [Fact]
    public void Older_lines_are_recalled_and_the_one_being_typed_is_kept()
    {
        var line = new LineBuffer(["first", "second"]);
        line.Insert("third");
        line.RecallOlder();
        Assert.Equal("second", line.Text);
        line.RecallOlder();
        line.RecallOlder();
        Assert.Equal("first", line.Text);
        line.RecallNewer();
        line.RecallNewer();
        line.RecallNewer();
        Assert.Equal("third", line.Text);
    }

    [Fact]
    public void Completion_goes_as_far_as_the_candidates_agree()
    {
        var line = new LineBuffer([]);
        line.Insert("offload re");
        Assert.Empty(line.Complete(["resume", "retry", "pause"]).Except(["resume", "retry"]));
        Assert.Equal("offload re", line.Text);
        line.Insert("s");
        Assert.Empty(line.Complete(["resume", "retry"]));
        Assert.Equal("offload resume ", line.Text);
        Assert.Empty(line.Complete(["x"]).Except(["x"]));
        var common = new LineBuffer([]);
        common.Insert("c");
        Assert.Empty(common.Complete(["cluster-a", "cluster-b"]));
        Assert.Equal("cluster-", common.Text);
    }

    [Fact]
    public void History_is_kept_without_repetitions_for_its_owner_only()
    {
        using var folder = new TempFolder();
        var path = folder.File("state", "history");
        var history = new CommandHistory(path);
        history.Add("jobs");
        history.Add("jobs");
        history.Add("rig status");
        Assert.Equal(["jobs", "rig status"], new CommandHistory(path).Lines);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Fact]
    public void What_a_node_sends_cannot_steer_the_terminal() => Assert.Equal("a?[2Jb?c\td", ItemPrinter.Clean("a\x1b[2Jb\rc\td"));

    [Fact]
    public void A_token_that_cannot_be_found_says_where_to_look()
    {
        using var folder = new TempFolder();
        var missing = Assert.Throws<OperatorException>(() => OperatorToken.Find(folder.File("none")));
        Assert.Equal(ExitCode.WrongToken, missing.ExitCode);
        File.WriteAllText(folder.File("token"), "secret\n");
        Assert.Equal("secret", OperatorToken.Find(folder.File("token")));
    }

    private ParseResult Parse(string line) => Root().Parse(CommandLineParser.SplitCommandLine(line).ToList());

    private RootCommand Root()
    {
        var commandLine = new OperatorCommandLine((command, arguments, settings, _) =>
        {
            ran.Add((command.Name, arguments, settings));
            return Task.FromResult(ExitCode.Done);
        });
        var root = new RootCommand();
        foreach (var command in commandLine.Commands)
        {
            root.Subcommands.Add(command);
        }

        foreach (var option in commandLine.Options)
        {
            root.Options.Add(option);
        }

        return root;
    }
}
