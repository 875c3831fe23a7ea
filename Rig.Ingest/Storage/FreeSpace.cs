using Microsoft.Extensions.Options;

namespace Rig.Ingest.Storage;

/// <summary>Keeps <see cref="StorageOptions.MinFreeSpaceGb"/> of the sessions' file system free.</summary>
public class FreeSpace(IOptions<StorageOptions> options)
{
    private const double BytesPerGb = 1e9;

    public virtual long FreeBytes => new DriveInfo(options.Value.SessionsPath).AvailableFreeSpace;

    public double FreeGb => FreeBytes / BytesPerGb;

    /// <returns>Null while <paramref name="bytes"/> more fit, else a sentence for whoever sends them.</returns>
    public string? Refuse(long bytes)
    {
        var keep = options.Value.MinFreeSpaceGb;
        return FreeBytes - bytes >= keep * BytesPerGb
            ? null
            : $"The server has {FreeGb:0.0} GB free and keeps {keep:0.0} GB. Free some space, or lower Rig:Storage:MinFreeSpaceGb, and send again.";
    }
}
