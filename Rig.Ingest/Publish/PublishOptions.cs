namespace Rig.Ingest.Publish;

public sealed class PublishOptions
{
    /// <summary>The key that it had before publishing was called so.</summary>
    public const string Section = "Rig:Push";

    /// <summary>Root of the viewer, such as <c>https://soccer.example.org</c>; empty keeps matches on this server.</summary>
    public string ViewerUrl { get; set; } = "";

    /// <summary>The viewer's key for this server.</summary>
    public string ApiKey { get; set; } = "";

    /// <summary>The viewer's team that may watch.</summary>
    public string TeamCode { get; set; } = "";

    public string? Opponent { get; set; }

    /// <summary>Bytes in one request; at most 64 MiB.</summary>
    public int ChunkBytes { get; set; } = 16 << 20;

    /// <summary>Failures in a row, without a byte of progress, before the stage gives up for now.</summary>
    public int MaxBarrenAttempts { get; set; } = 10;

    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>For one request, its body included.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(5);
}
