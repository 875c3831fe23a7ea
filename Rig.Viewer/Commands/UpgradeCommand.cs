using System.CommandLine;
using Microsoft.Extensions.Options;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Commands;

internal static class UpgradeCommand
{
    public static Command Create()
    {
        var command = new Command("upgrade", "Bring the database to this program's schema. Back it up first.");
        command.SetAction((_, cancellationToken) => ViewerCommands.OrSentence(async () =>
        {
            await using var app = ViewerHost.Build(AppContext.BaseDirectory);
            var options = app.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
            var applied = await new Migrator(options.ConnectionString).UpgradeAsync(cancellationToken);
            Console.WriteLine(applied.Count == 0
                ? $"The database is up to date (schema {Migrator.ProgramVersion})."
                : $"The database is now at schema {Migrator.ProgramVersion}; {applied.Count} step(s) applied.");
        }));
        return command;
    }
}
