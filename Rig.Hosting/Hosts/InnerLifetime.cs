using Microsoft.Extensions.Hosting;

namespace Rig.Hosting.Hosts;

/// <summary>For a host within a program's: the process's signals are for the outer host, which stops this one.</summary>
public sealed class InnerLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
