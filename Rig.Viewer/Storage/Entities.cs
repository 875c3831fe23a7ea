using Microsoft.AspNetCore.Identity;

namespace Rig.Viewer.Storage;

/// <summary>A person who may sign in. The e-mail address is also the sign-in name.</summary>
public sealed class User : IdentityUser<int>
{
    public required string FirstName { get; set; }
    public required string LastName { get; set; }
    public UserRole Role { get; set; } = UserRole.Parent;
    public NotifyFrequency NotifyFrequency { get; set; } = NotifyFrequency.Instant;
    public bool NotifyGoals { get; set; } = true;
    public bool NotifySaves { get; set; } = true;
    public bool NotifyHighlights { get; set; } = true;
    public bool NotifyGameReady { get; set; } = true;
    public DateTimeOffset? LastLogin { get; set; }
}

public sealed class Player
{
    public int Id { get; set; }
    public required string FirstName { get; set; }
    public required string LastName { get; set; }
    public int? BirthYear { get; set; }
    public PlayerPosition DefaultPosition { get; set; } = PlayerPosition.Unknown;
}

public sealed class Organization
{
    public int Id { get; set; }
    public required string Name { get; set; }

    /// <summary>Unique; the name in lower case with hyphens.</summary>
    public required string Slug { get; set; }
}

public sealed class Team
{
    public int Id { get; set; }
    public int? OrganizationId { get; set; }
    public Organization? Organization { get; set; }
    public required string Name { get; set; }

    /// <summary>Unique; names the team in publications and on the command line.</summary>
    public required string TeamCode { get; set; }
    public int? BirthYearStart { get; set; }
    public string? Season { get; set; }
    public bool IsActive { get; set; } = true;
    public List<TeamPlayer> Roster { get; } = [];
}

public sealed class ParentPlayer
{
    public int ParentId { get; set; }
    public int PlayerId { get; set; }
    public string? Relationship { get; set; }
}

public sealed class TeamPlayer
{
    public int TeamId { get; set; }
    public int PlayerId { get; set; }
    public Player? Player { get; set; }

    /// <summary>Text: 0 and 00 are two numbers.</summary>
    public string? JerseyNumber { get; set; }
}

public sealed class TeamCoach
{
    public int TeamId { get; set; }
    public int UserId { get; set; }
}

/// <summary>A person who watches a team without coaching it or having a child on its roster here.</summary>
public sealed class UserTeam
{
    public int UserId { get; set; }
    public int TeamId { get; set; }
    public UserTeamRole Role { get; set; } = UserTeamRole.Follower;
}

/// <summary>One sign-in on one device. Its row is what makes the cookie count.</summary>
public sealed class UserSession
{
    /// <summary>SHA-256 of the key in the cookie, as 64 lower-case hex digits.</summary>
    public required string Id { get; set; }
    public int UserId { get; set; }

    /// <summary>What the browser called itself.</summary>
    public required string Device { get; set; }
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Accurate to some minutes.</summary>
    public DateTimeOffset LastSeenAt { get; set; }
}
