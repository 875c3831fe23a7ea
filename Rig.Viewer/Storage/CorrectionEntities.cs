namespace Rig.Viewer.Storage;

/// <summary>What a coach said of a game. It outlives every publication of the game; a null leaves what the home server says.</summary>
public sealed class GameCorrection
{
    public int GameId { get; set; }
    public string? Opponent { get; set; }
    public int? OurScore { get; set; }
    public int? TheirScore { get; set; }
    public string? OurSide { get; set; }
    public int? UpdatedBy { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>
/// What a coach said of one moment: how it is to be, and by what it is known in a publication. Both origins are null for a moment
/// that the coach added.
/// </summary>
public sealed class MomentCorrection
{
    public int Id { get; set; }
    public int GameId { get; set; }
    public GameEventType? OriginType { get; set; }
    public double? OriginSeconds { get; set; }
    public bool IsRemoved { get; set; }
    public GameEventType EventType { get; set; }
    public double TimestampSeconds { get; set; }
    public double Confidence { get; set; }
    public double? FieldPositionX { get; set; }
    public double? FieldPositionY { get; set; }
    public string? Side { get; set; }
    public string? Description { get; set; }
    public int? PlayerId { get; set; }
    public int? UpdatedBy { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
}
