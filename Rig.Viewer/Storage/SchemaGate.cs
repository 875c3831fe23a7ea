using Microsoft.Extensions.Options;

namespace Rig.Viewer.Storage;

/// <summary>Lets the program start only on the schema it was written for; runs before the first request can be taken.</summary>
internal sealed class SchemaGate(IOptions<DatabaseOptions> options, ILogger<SchemaGate> logger) : IHostedLifecycleService
{
    /// <exception cref="StartRefusedException">The schema is older or newer than this program.</exception>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var migrator = new Migrator(options.Value.ConnectionString);
        var version = await migrator.ReadVersionAsync(cancellationToken);
        if (version < Migrator.ProgramVersion && options.Value.AutoUpgrade)
        {
            await migrator.UpgradeAsync(cancellationToken);
            logger.LogInformation("The database was upgraded from schema {From} to {To}.", version, Migrator.ProgramVersion);
            return;
        }

        if (version < Migrator.ProgramVersion)
        {
            throw new StartRefusedException(
                $"The database has schema {version}, this program needs {Migrator.ProgramVersion}. Run 'rig-viewer upgrade', or set Rig:Database:AutoUpgrade to true.");
        }

        if (version > Migrator.ProgramVersion)
        {
            throw new StartRefusedException(
                $"The database has schema {version}, made by a newer rig-viewer; this program knows {Migrator.ProgramVersion}. Install the newer program.");
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Starting makes no sense; the message is the one sentence that the operator reads.</summary>
internal sealed class StartRefusedException(string message) : Exception(message);
