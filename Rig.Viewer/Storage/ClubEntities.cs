namespace Rig.Viewer.Storage;

/// <summary>A mail to be sent, written in the transaction of what it tells of. Its way: docs/design/viewer.md.</summary>
public sealed class OutgoingMail
{
    public long Id { get; set; }
    public MailKind Kind { get; set; }

    /// <summary>Null for somebody without an account.</summary>
    public int? UserId { get; set; }
    public required string ToAddress { get; set; }
    public required string ToName { get; set; }
    public required string Subject { get; set; }

    /// <summary>Encrypted, for it may hold a link that opens an account; null once it was sent.</summary>
    public string? Body { get; set; }

    /// <summary>The same at every attempt.</summary>
    public required string MessageId { get; set; }
    public MailState State { get; set; }
    public int Attempts { get; set; }
    public DateTimeOffset NextAttemptAt { get; set; }

    /// <summary>Whose attempt it is; the holder alone writes the outcome.</summary>
    public Guid? Lease { get; set; }
    public DateTimeOffset? LeasedUntil { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? SentAt { get; set; }

    /// <summary>Why the last attempt failed, as a sentence.</summary>
    public string? Problem { get; set; }
}

/// <summary>A person is told of a game once, however often it is published.</summary>
public sealed class GameNotice
{
    public int UserId { get; set; }
    public int GameId { get; set; }
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When its mail was put into the outbox; null while it waits for a digest.</summary>
    public DateTimeOffset? MailedAt { get; set; }
}

/// <summary>A link that lets its holder do one thing once: make the account he is invited to, or set a new password.</summary>
public sealed class AccountLink
{
    /// <summary>SHA-256 of the link's token, as 64 lower-case hex digits.</summary>
    public required string Id { get; set; }
    public LinkPurpose Purpose { get; set; }
    public required string Email { get; set; }

    /// <summary>Whose password; null for an invitation.</summary>
    public int? UserId { get; set; }
    public UserRole? Role { get; set; }
    public int? TeamId { get; set; }
    public int? PlayerId { get; set; }
    public string? Relationship { get; set; }
    public int? CreatedById { get; set; }
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }
    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>Who did what. Without names: people and children are numbers here, so that a removed one is gone here, too.</summary>
public sealed class AuditEntry
{
    public long Id { get; set; }
    public DateTimeOffset At { get; set; }

    /// <summary>Null for who was removed since.</summary>
    public int? ActorId { get; set; }
    public User? Actor { get; set; }

    /// <summary>Such as <c>delete_game</c>.</summary>
    public required string Action { get; set; }

    /// <summary>Such as <c>game 12</c>.</summary>
    public required string Subject { get; set; }
    public string? Details { get; set; }
}
