namespace Rig.Viewer.Storage;

// Stored as snake_case text (GoalKick is goal_kick): names are only ever added, never changed.

public enum UserRole
{
    Parent,
    Family,
    Player,
    Coach,
    Admin,
}

public enum PlayerPosition
{
    Goalkeeper,
    Defender,
    Midfielder,
    Forward,
    Unknown,
}

public enum NotifyFrequency
{
    Instant,
    Daily,
    Weekly,
    None,
}

public enum UserTeamRole
{
    Follower,
    TeamParent,
    Manager,
}

public enum GameEventType
{
    Goal,
    Shot,
    ShotOnTarget,
    Assist,
    Pass,
    Dribble,
    Tackle,
    Interception,
    Save,
    SaveDiving,
    SaveReflex,
    Punch,
    Catch,
    Distribution,
    GoalKick,
    Foul,
    YellowCard,
    RedCard,
}
