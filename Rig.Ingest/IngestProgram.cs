using Rig.Hosting.Access;
using Rig.Hosting.Configuration;
using Rig.Ingest.Accounts;
using Rig.Ingest.Hosting;
using Rig.Ingest.Storage;

namespace Rig.Ingest;

/// <summary>The verbs of <c>rig-ingest</c>. A start that fails prints one sentence and ends with 1.</summary>
public static class IngestProgram
{
    private const string Help = $"""
        rig-ingest [--Rig:Key=value ...]          runs the home server
        rig-ingest upgrade [--Rig:Key=value ...]  brings the database to this program's schema
        {AccountCommand.Usage}
        rig-ingest api-key                        makes a key for uploads and prints what to configure (docs/guide/offload-security.md)
        rig-ingest probe [--Rig:Detect:Model=...] says what this machine can do (model, GPU, ffmpeg) and how fast
        rig-ingest trust --help                   enrols this server and other machines in the rig (docs/guide/enrolment.md)

        A password is asked for at the terminal, or read as the first line of standard input; settings follow the words of 'account'.
        Settings come from appsettings.json beside the program, the environment (Rig__Database__ConnectionString=...)
        and the command line, later ones winning. See docs/ref/ingest-api.md and docs/ref/server-storage.md.
        """;

    public static async Task<int> RunAsync(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        try
        {
            switch (args)
            {
                case ["--help" or "-h" or "help", ..]:
                    Console.WriteLine(Help);
                    return 0;
                case ["upgrade", .. var rest]:
                    return await UpgradeAsync(rest);
                case ["account", .. var rest]:
                    return await AccountCommand.RunAsync(rest, CancellationToken.None);
                case ["api-key"]:
                    var (key, sha256) = ApiKeys.New();
                    Console.WriteLine($"Key for the cameras, shown only now:     {key}");
                    Console.WriteLine($"For the server's configuration:          Rig__Security__ApiKeySha256__0={sha256}");
                    return 0;
                case ["trust", ..]:
                    return await IngestTrust.CommandAsync(args);
                case [var verb, ..] when !verb.StartsWith('-'):
                    await Console.Error.WriteLineAsync($"rig-ingest: there is no verb '{verb}'.\n\n{Help}");
                    return 2;
                default:
                    await using (var app = IngestHost.Build(args, configure))
                    {
                        await app.RunAsync();
                    }

                    return 0;
            }
        }
        catch (Exception e) when (RigOptions.Refusal(e) is not null || e is StartupException or InvalidDataException or AccountException)
        {
            await Console.Error.WriteLineAsync("rig-ingest: " + (RigOptions.Refusal(e) ?? e.Message));
            return 1;
        }
        catch (IOException e) when (e.InnerException is Microsoft.AspNetCore.Connections.AddressInUseException)
        {
            await Console.Error.WriteLineAsync("rig-ingest: " + e.Message + " Stop the other program, or change Rig:Server:Host or Rig:Server:Port.");
            return 1;
        }
    }

    private static async Task<int> UpgradeAsync(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddStorage(builder.Configuration);
        await using var services = builder.Services.BuildServiceProvider();
        var applied = await services.GetRequiredService<SchemaGate>().UpgradeAsync(CancellationToken.None);
        Console.WriteLine(applied == 0 ? "The database is up to date." : $"The database was upgraded by {applied} migration{(applied == 1 ? "" : "s")}.");
        return 0;
    }
}
