namespace Rig.Actors.Timing;

/// <summary>Reads the machine's chrony.</summary>
public interface IChrony
{
    /// <summary>Null where chrony is not installed or does not answer.</summary>
    Task<ChronyTracking?> ReadAsync(CancellationToken cancellationToken);
}
