using System.CommandLine;
using Rig.Viewer.Accounts;

namespace Rig.Viewer.Commands;

internal static class AddUserCommand
{
    public static Command Create()
    {
        var email = new Option<string>("--email") { Description = "Also the sign-in name.", Required = true };
        var name = new Option<string>("--name") { Description = "First and last name, such as \"Ann Lee\".", Required = true };
        var role = new Option<string>("--role") { Description = "coach, parent or admin.", Required = true };
        var team = new Option<string?>("--team") { Description = "Code of the team that a coach coaches or a parent watches." };
        var passwordStdin = new Option<bool>("--password-stdin") { Description = "Read the password from standard input (one line, at least 10 characters)." };
        var command = new Command("add-user", "Make an account. Without --password-stdin a password is made up and printed once.") { email, name, role, team, passwordStdin };
        command.SetAction((parsed, cancellationToken) => ViewerCommands.WithDatabaseAsync(
            async services =>
            {
                var given = parsed.GetValue(passwordStdin) ? await Console.In.ReadLineAsync(cancellationToken) ?? "" : null;
                var made = await services.GetRequiredService<AccountRegistry>().AddAsync(
                    new NewAccount(parsed.GetRequiredValue(email), parsed.GetRequiredValue(name), parsed.GetRequiredValue(role), parsed.GetValue(team), given),
                    cancellationToken);
                Console.WriteLine($"Account {made.Email} is there.");
                if (made.GeneratedPassword is not null)
                {
                    Console.WriteLine($"Password: {made.GeneratedPassword}");
                }
            },
            cancellationToken));
        return command;
    }
}
