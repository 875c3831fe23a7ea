using System.CommandLine;
using Rig.Viewer.Accounts;

namespace Rig.Viewer.Commands;

internal static class AddTeamCommand
{
    public static Command Create()
    {
        var code = new Option<string>("--code") { Description = "Names the team in publications: 2 to 16 capital letters, digits or '-', such as BLUE12.", Required = true };
        var name = new Option<string>("--name") { Description = "What people read, such as \"Blue Lightning\".", Required = true };
        var organization = new Option<string?>("--organization") { Description = "The club; made if it is not there." };
        var season = new Option<string?>("--season") { Description = "Such as \"Fall 2026\"." };
        var birthYear = new Option<int?>("--birth-year") { Description = "The oldest players' year of birth." };
        var command = new Command("add-team", "Make a team, so that games can be published for it.") { code, name, organization, season, birthYear };
        command.SetAction((parsed, cancellationToken) => ViewerCommands.WithDatabaseAsync(
            async services =>
            {
                var team = await services.GetRequiredService<TeamRegistry>().AddAsync(
                    new NewTeam(parsed.GetRequiredValue(code), parsed.GetRequiredValue(name), parsed.GetValue(organization), parsed.GetValue(season), parsed.GetValue(birthYear)),
                    cancellationToken);
                Console.WriteLine($"Team {team.TeamCode} ({team.Name}) is there.");
            },
            cancellationToken));
        return command;
    }
}
