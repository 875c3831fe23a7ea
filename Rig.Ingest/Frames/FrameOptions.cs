namespace Rig.Ingest.Frames;

/// <summary>Still-frame cameras. What concerns one device is set on its page.</summary>
public sealed class FrameOptions
{
    public const string Section = "Rig:Frames";

    /// <summary>Where pictures lie: <c>staging/</c> and <c>events/</c>. Made when the first picture comes.</summary>
    public string Path { get; set; } = "/data/soccer-rig/frames";

    /// <summary>A larger picture is refused (413).</summary>
    public int MaxFrameBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Memory for pictures that arrive at once; more of them wait.</summary>
    public int MaxMemoryMb { get; set; } = 256;

    /// <summary>Requests of one device a second in the long run.</summary>
    public double MaxRequestsPerSecond { get; set; } = 10;

    /// <summary>Requests of one device at once.</summary>
    public int MaxRequestsAtOnce { get; set; } = 60;

    /// <summary>Pictures are refused (507) that would leave less than this.</summary>
    public double MinFreeSpaceGb { get; set; } = 1;

    /// <summary>Pictures analysed at once on this server; 0 leaves them to others.</summary>
    public int Workers { get; set; } = 2;

    /// <summary>How often the queue is looked at where nothing says that there is work.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>A picture waits this long for those before it.</summary>
    public TimeSpan ReorderWindow { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A worker that was not heard of for this long has lost its picture to another.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A picture that failed this often is dead until somebody queues it again.</summary>
    public int MaxAttempts { get; set; } = 5;

    /// <summary>Before the second attempt; doubles with each.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a picture stays that belongs to no event.</summary>
    public TimeSpan StagingLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long an event's pictures stay; the event itself stays.</summary>
    public TimeSpan ImageLifetime { get; set; } = TimeSpan.FromDays(7);

    public TimeSpan RetentionInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the key before the newest still opens.</summary>
    public TimeSpan KeyOverlap { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How far the instant of a signed request may be from now.</summary>
    public TimeSpan SignatureWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <returns>Every problem as a sentence.</returns>
    public IEnumerable<string> Errors()
    {
        if (!System.IO.Path.IsPathFullyQualified(Path))
        {
            yield return $"{Section}:{nameof(Path)} must be a full path, such as /data/soccer-rig/frames.";
        }

        if (MaxFrameBytes is < 1024 or > 64 * 1024 * 1024)
        {
            yield return $"{Section}:{nameof(MaxFrameBytes)} must be 1024 to 67108864.";
        }

        if (MaxMemoryMb < 2 * ((MaxFrameBytes >> 20) + 1) || MaxMemoryMb > 65536)
        {
            yield return $"{Section}:{nameof(MaxMemoryMb)} must hold two of the largest pictures, and be at most 65536.";
        }

        if (MaxRequestsPerSecond is <= 0 or > 10_000 || MaxRequestsAtOnce is < 1 or > 100_000)
        {
            yield return $"{Section}:{nameof(MaxRequestsPerSecond)} must be more than 0 and {nameof(MaxRequestsAtOnce)} at least 1.";
        }

        if (MinFreeSpaceGb is < 0 or > 1_000_000)
        {
            yield return $"{Section}:{nameof(MinFreeSpaceGb)} must be 0 or more.";
        }

        if (Workers is < 0 or > 64)
        {
            yield return $"{Section}:{nameof(Workers)} must be 0 to 64.";
        }

        if (MaxAttempts is < 1 or > 100)
        {
            yield return $"{Section}:{nameof(MaxAttempts)} must be 1 to 100.";
        }

        foreach (var (name, value, least, most) in new[]
        {
            (nameof(PollInterval), PollInterval, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1)),
            (nameof(ReorderWindow), ReorderWindow, TimeSpan.Zero, TimeSpan.FromMinutes(5)),
            (nameof(Lease), Lease, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            (nameof(RetryDelay), RetryDelay, TimeSpan.Zero, TimeSpan.FromHours(1)),
            (nameof(StagingLifetime), StagingLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)),
            (nameof(ImageLifetime), ImageLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)),
            (nameof(RetentionInterval), RetentionInterval, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            (nameof(KeyOverlap), KeyOverlap, TimeSpan.Zero, TimeSpan.FromDays(365)),
            (nameof(SignatureWindow), SignatureWindow, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
        })
        {
            if (value < least || value > most)
            {
                yield return $"{Section}:{name} must be {least:c} to {most:c}.";
            }
        }
    }
}
