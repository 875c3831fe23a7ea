using Rig.Actors.Timing;

namespace Rig.Tests.Support;

/// <summary>A machine without chrony.</summary>
public sealed class NoChrony : IChrony
{
    public Task<ChronyTracking?> ReadAsync(CancellationToken cancellationToken) => Task.FromResult<ChronyTracking?>(null);
}
