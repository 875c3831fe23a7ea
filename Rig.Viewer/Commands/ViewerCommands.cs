using System.CommandLine;
using Npgsql;
using Rig.Hosting.Configuration;
using Rig.Viewer.Hosting;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Commands;

/// <summary>The verbs of <c>rig-viewer</c>. Exit codes: 0 done, 1 refused with one sentence on standard error, 2 bad usage.</summary>
internal static class ViewerCommands
{
    public static async Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("The viewer: families watch their team's games. Without a command it serves until it is stopped.")
        {
            UpgradeCommand.Create(),
            AddTeamCommand.Create(),
            AddUserCommand.Create(),
        };
        root.SetAction((_, cancellationToken) => OrSentence(async () =>
        {
            await using var app = ViewerHost.Build(AppContext.BaseDirectory);
            await app.RunAsync(cancellationToken);
        }));
        var parsed = root.Parse(args);
        var exitCode = await parsed.InvokeAsync();
        return parsed.Errors.Count > 0 ? 2 : exitCode;
    }

    /// <summary>Runs a verb on the database that the server would run on; the web server is not started.</summary>
    public static Task<int> WithDatabaseAsync(Func<IServiceProvider, Task> run, CancellationToken cancellationToken) => OrSentence(async () =>
    {
        await using var app = ViewerHost.Build(AppContext.BaseDirectory);
        await app.Services.GetRequiredService<SchemaGate>().StartingAsync(cancellationToken);
        await using var scope = app.Services.CreateAsyncScope();
        await run(scope.ServiceProvider);
    });

    public static async Task<int> OrSentence(Func<Task> run)
    {
        try
        {
            await run();
            return 0;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
        catch (Exception refused) when (RigOptions.Refusal(refused) is not null || refused is StartupException or IOException or NpgsqlException or InvalidOperationException)
        {
            await Console.Error.WriteLineAsync("rig-viewer: " + Sentence(refused));
            return 1;
        }
    }

    private static string Sentence(Exception refused) => refused switch
    {
        PostgresException postgres => $"PostgreSQL refused: {postgres.MessageText}. Check Rig:Database:ConnectionString.",
        NpgsqlException => $"PostgreSQL cannot be reached: {refused.Message}. Check Rig:Database:ConnectionString and that the server runs.",
        _ => RigOptions.Refusal(refused) ?? refused.Message,
    };
}
