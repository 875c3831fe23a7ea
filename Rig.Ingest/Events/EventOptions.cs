using System.ComponentModel.DataAnnotations;

namespace Rig.Ingest.Events;

/// <summary>Section <c>Rig:Events</c>.</summary>
public sealed class EventOptions
{
    public const string Section = "Rig:Events";

    /// <summary>Between the posts. Full size is 7.32 m (Laws of the Game, law 1); youth goals are smaller.</summary>
    [Range(1.0, 10.0)]
    public double GoalWidthM { get; set; } = 7.32;

    [Range(1.0, 4.0)]
    public double GoalHeightM { get; set; } = 2.44;

    /// <summary>Slower balls that reach the goal are no shots.</summary>
    [Range(1.0, 40.0)]
    public double MinShotSpeedMps { get; set; } = 8;

    /// <summary>How long after a goal its kick-off may come and still count as proof.</summary>
    [Range(5.0, 600.0)]
    public double KickOffWithinSeconds { get; set; } = 120;
}
