namespace Rig.Actors.Timing;

/// <summary>
/// One two-way exchange with the master, named as in RFC 5905: the node sends at <paramref name="T1"/> and hears back at
/// <paramref name="T4"/> on its own clock; the master receives at <paramref name="T2"/> and answers at <paramref name="T3"/> on its clock.
/// </summary>
public readonly record struct ClockSample(DateTimeOffset T1, DateTimeOffset T2, DateTimeOffset T3, DateTimeOffset T4)
{
    /// <summary>Node clock minus master clock, assuming both ways took equally long.</summary>
    public double OffsetMs => -(((T2 - T1) + (T3 - T4)) / 2).TotalMilliseconds;

    /// <summary>Time on the wire. The offset is wrong by at most half of it.</summary>
    public double RoundTripMs => ((T4 - T1) - (T3 - T2)).TotalMilliseconds;

    /// <summary>False for exchanges in which a clock was stepped or a reply was mixed up.</summary>
    public bool IsPlausible => T4 >= T1 && T3 >= T2 && RoundTripMs >= 0;
}
