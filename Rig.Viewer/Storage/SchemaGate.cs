using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;

namespace Rig.Viewer.Storage;

/// <summary>Lets the program start only on the schema it was written for; runs before the first request can be taken.</summary>
internal sealed class SchemaGate(IServiceScopeFactory scopes, IOptions<DatabaseOptions> options, ILogger<SchemaGate> logger) : IHostedLifecycleService
{
    public static StartupException IsNewer(SchemaState schema, string programSchema) => new(
        $"The database has schema {schema.Name}, made by a newer rig-viewer; this program knows {programSchema}. Install the newer program.");

    /// <exception cref="StartupException">The schema is older or newer than this program.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var migrator = scope.ServiceProvider.GetRequiredService<Migrator>();
        var schema = await migrator.ReadAsync(cancellationToken);
        if (schema.Unknown.Count > 0)
        {
            throw IsNewer(schema, migrator.ProgramSchema);
        }

        if (schema.Pending.Count == 0)
        {
            return;
        }

        if (!options.Value.AutoUpgrade)
        {
            throw new StartupException(
                $"The database lacks {schema.Pending.Count} step(s) to schema {migrator.ProgramSchema}, which this program needs. Run 'rig-viewer upgrade', or set Rig:Database:AutoUpgrade to true.");
        }

        await migrator.UpgradeAsync(cancellationToken);
        logger.LogInformation("The database was upgraded to schema {Schema}.", migrator.ProgramSchema);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
