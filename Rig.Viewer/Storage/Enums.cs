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

public enum MailKind
{
    GameReady,
    Digest,
    Invitation,
    PasswordReset,
}

public enum MailState
{
    /// <summary>To be sent at its next attempt.</summary>
    Waiting,

    /// <summary>The server may have it from here on; a stop of the program leaves it here.</summary>
    Sending,

    Sent,

    /// <summary>Refused for good, or too often; it was not delivered.</summary>
    Failed,

    /// <summary>May have been sent; nothing but a person sends it again.</summary>
    Uncertain,
}

public enum LinkPurpose
{
    Invitation,
    PasswordReset,
}
