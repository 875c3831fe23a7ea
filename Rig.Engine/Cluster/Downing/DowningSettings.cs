using Rig.Engine.Configuration;

namespace Rig.Engine.Cluster.Downing;

/// <summary>The keys under <c>akka.cluster.split-brain-resolver</c>, named as in Akka.NET.</summary>
/// <param name="StableAfter">How long the picture must not change before anyone is downed.</param>
internal sealed record DowningSettings(IDowningStrategy Strategy, TimeSpan StableAfter)
{
    /// <summary>Null when no downing provider is configured.</summary>
    public static DowningSettings? From(Config config)
    {
        if (string.IsNullOrWhiteSpace(config.GetString("akka.cluster.downing-provider-class")))
            return null;
        const string section = "akka.cluster.split-brain-resolver.";
        var name = config.GetString(section + "active-strategy");
        IDowningStrategy? strategy = name switch
        {
            "off" => null,
            "keep-majority" => new KeepMajority(Role("keep-majority")),
            "static-quorum" => new StaticQuorum(config.GetInt(section + "static-quorum.quorum-size"), Role("static-quorum")),
            "keep-oldest" => new KeepOldest(config.GetBoolean(section + "keep-oldest.down-if-alone"), Role("keep-oldest")),
            "down-all" => new DownAll(),
            _ => throw new ArgumentException($"{section}active-strategy is '{name}'. Choose keep-majority, static-quorum, keep-oldest, down-all or off."),
        };
        return strategy is null ? null : new DowningSettings(strategy, config.GetTimeSpan(section + "stable-after"));

        string? Role(string of) => config.GetString($"{section}{of}.role") is { Length: > 0 } role ? role : null;
    }

    /// <summary>How long the surviving side waits before it starts again what the other side must have ended by then.</summary>
    public static TimeSpan RemovalMargin(Config config)
    {
        const string key = "akka.cluster.down-removal-margin";
        return config.GetString(key) is { } text && text is not ("off" or "")
            ? config.GetTimeSpan(key)
            : From(config)?.StableAfter ?? TimeSpan.Zero;
    }
}
