using System.CommandLine;
using Rig.Viewer.Hosting;
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
            await using var scope = app.Services.CreateAsyncScope();
            var migrator = scope.ServiceProvider.GetRequiredService<Migrator>();
            var applied = await migrator.UpgradeAsync(cancellationToken);
            Console.WriteLine(applied.Count == 0
                ? $"The database is up to date (schema {migrator.ProgramSchema})."
                : $"The database is now at schema {migrator.ProgramSchema}; {applied.Count} step(s) applied.");
        }));
        return command;
    }
}
