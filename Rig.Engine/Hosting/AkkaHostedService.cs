using Microsoft.Extensions.Hosting;
using Rig.Engine.Actor;

namespace Rig.Engine.Hosting;

/// <summary>Ties the life of an actor system to its host's.</summary>
internal sealed class AkkaHostedService(AkkaConfigurationBuilder builder, IServiceProvider services, IHostApplicationLifetime lifetime) : IHostedService
{
    private ActorSystem? _system;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _system = (ActorSystem)services.GetService(typeof(ActorSystem))!;
        builder.Start(_system, services);
        _ = _system.WhenTerminated.ContinueWith(_ => lifetime.StopApplication(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_system is null)
            return;
        await CoordinatedShutdown.Get(_system).Run(CoordinatedShutdown.ClrExitReason.Instance).WaitAsync(cancellationToken).ConfigureAwait(false);
        await _system.Terminate().WaitAsync(cancellationToken).ConfigureAwait(false);
    }
}
