using System.Text.Json.Serialization;

namespace Rig.Actors.Timing;

/// <summary>How far a node's clock may be from the master's. The numbers travel on the wire.</summary>
[JsonConverter(typeof(JsonNumberEnumConverter<SyncConfidence>))]
public enum SyncConfidence
{
    /// <summary>No exchange with the master lately.</summary>
    Unknown = 0,

    /// <summary>Under 1 ms.</summary>
    Excellent = 1,

    /// <summary>Under 5 ms.</summary>
    Good = 2,

    /// <summary>Under 10 ms.</summary>
    Fair = 3,
    Poor = 4,
}

/// <param name="OffsetMs">Node clock minus master clock; null while unknown.</param>
/// <param name="UncertaintyMs">The offset is wrong by at most this.</param>
/// <param name="Source"><c>master</c>, <c>exchange</c> or <c>none</c>: where the offset comes from.</param>
/// <param name="LastSync">Node clock of the last exchange.</param>
public sealed record SyncStatus(
    bool IsMaster,
    string? MasterAddress,
    double? OffsetMs,
    double? UncertaintyMs,
    SyncConfidence Confidence,
    string Source,
    DateTimeOffset? LastSync,
    ChronyTracking? Chrony)
{
    public static readonly SyncStatus None = new(false, null, null, null, SyncConfidence.Unknown, "none", null, null);

    public static SyncStatus Of(OffsetEstimator estimator, string? masterAddress, DateTimeOffset now, SyncOptions options, ChronyTracking? chrony)
    {
        if (estimator.Best is not { } best || estimator.LastSampleAt is not { } last)
        {
            return None with { MasterAddress = masterAddress, Chrony = chrony };
        }

        var confidence = now - last > options.StaleAfter ? SyncConfidence.Unknown : Rate(best.OffsetMs);
        return new SyncStatus(false, masterAddress, best.OffsetMs, best.RoundTripMs / 2, confidence, "exchange", last, chrony);
    }

    /// <summary>The master is its own reference.</summary>
    public static SyncStatus Master(DateTimeOffset now, ChronyTracking? chrony) =>
        new(true, null, 0, 0, SyncConfidence.Excellent, "master", now, chrony);

    public static SyncConfidence Rate(double offsetMs) => Math.Abs(offsetMs) switch
    {
        < 1 => SyncConfidence.Excellent,
        < 5 => SyncConfidence.Good,
        < 10 => SyncConfidence.Fair,
        _ => SyncConfidence.Poor,
    };
}

/// <summary>What <c>chronyc -c tracking</c> says of the system clock.</summary>
/// <param name="Reference">Name or address of the server chrony follows.</param>
/// <param name="SystemOffsetMs">System time minus NTP time.</param>
public sealed record ChronyTracking(string Reference, int Stratum, double SystemOffsetMs, double RmsOffsetMs, bool Synchronised);
