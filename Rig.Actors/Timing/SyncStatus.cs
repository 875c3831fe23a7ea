using Rig.Domain.Messages;

namespace Rig.Actors.Timing;

/// <param name="OffsetMs">Node clock minus master clock; null while unknown.</param>
/// <param name="UncertaintyMs">The offset is wrong by at most this.</param>
/// <param name="Source"><c>master</c>, <c>exchange</c>, <c>chrony</c> or <c>none</c>: where the offset comes from.</param>
/// <param name="LastSync">Node clock of the last exchange, or of chrony's last update where it is the source.</param>
/// <param name="DriftPpm">How fast the offset grows, in millionths; null before a minute of exchanges.</param>
/// <param name="StepsMs">Sum of all steps of the node clock since the node started; slewing is none, and the master has none.</param>
public sealed record SyncStatus(
    bool IsMaster,
    string? MasterAddress,
    double? OffsetMs,
    double? UncertaintyMs,
    SyncConfidence Confidence,
    string Source,
    DateTimeOffset? LastSync,
    ChronyTracking? Chrony,
    double? DriftPpm = null,
    double StepsMs = 0)
{
    public static readonly SyncStatus None = new(false, null, null, null, SyncConfidence.Unknown, "none", null, null);

    public static SyncStatus Of(OffsetEstimator estimator, string? masterAddress, DateTimeOffset now, SyncOptions options, ChronyTracking? chrony)
    {
        var stale = estimator.LastSampleAt is not { } last || now - last > options.StaleAfter;
        if (stale && chrony is { Synchronised: true, ReferenceTime: { } updated } && now - updated < ChronyLifetime)
        {
            // Nobody answers in the cluster, and chrony still follows its server.
            return new SyncStatus(
                false, masterAddress, chrony.SystemOffsetMs, (chrony.RootDelayMs / 2) + chrony.RootDispersionMs, Rate(chrony.SystemOffsetMs), "chrony", updated, chrony,
                chrony.FrequencyPpm);
        }

        return estimator.Best is { } best
            ? new SyncStatus(
                false, masterAddress, best.OffsetMs, best.RoundTripMs / 2, stale ? SyncConfidence.Unknown : Rate(best.OffsetMs), "exchange", estimator.LastSampleAt, chrony,
                estimator.DriftPpm)
            : None with { MasterAddress = masterAddress, Chrony = chrony };
    }

    /// <summary>chronyd asks its server at most every 17 minutes; after two such pauses without an update it has lost it.</summary>
    private static readonly TimeSpan ChronyLifetime = TimeSpan.FromSeconds(2 * 1024);

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
/// <param name="FrequencyPpm">Rate of the system clock's crystal against NTP time, in millionths, positive when it is fast.</param>
/// <param name="RootDelayMs">Round trip to the reference clock.</param>
/// <param name="RootDispersionMs">Error gathered on the way from there.</param>
/// <param name="ReferenceTime">When the last measurement was taken in.</param>
public sealed record ChronyTracking(
    string Reference,
    int Stratum,
    double SystemOffsetMs,
    double RmsOffsetMs,
    bool Synchronised,
    double FrequencyPpm = 0,
    double RootDelayMs = 0,
    double RootDispersionMs = 0,
    DateTimeOffset? ReferenceTime = null);
