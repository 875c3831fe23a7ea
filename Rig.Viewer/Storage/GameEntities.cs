namespace Rig.Viewer.Storage;

public sealed class Game
{
    public int Id { get; set; }
    public int TeamId { get; set; }
    public Team? Team { get; set; }

    /// <summary>Unique; the recording session that the game came from. Null for a game that was only entered into the schedule.</summary>
    public string? SessionId { get; set; }
    public string? Opponent { get; set; }
    public DateTimeOffset GameDate { get; set; }
    public string? Location { get; set; }

    /// <summary>Goals of the team that the game belongs to; while nobody said which side that is, those of side a.</summary>
    public int? HomeScore { get; set; }
    public int? AwayScore { get; set; }

    /// <summary><c>a</c> or <c>b</c>: which of the events' sides the team is; null until a coach says so.</summary>
    public string? OurSide { get; set; }
    public double DurationSeconds { get; set; }

    /// <summary>Touchline; null, as the goal line, where the pitch could not be registered.</summary>
    public double? PitchLengthM { get; set; }
    public double? PitchWidthM { get; set; }

    /// <summary>False until the game is published; nobody sees it before.</summary>
    public bool IsProcessed { get; set; }
    public DateTimeOffset? ProcessedAt { get; set; }

    /// <summary>What the player draws with: <see cref="Viewer.Storage.GameMetadata"/> as JSON.</summary>
    public string? GameMetadata { get; set; }
    public GameCorrection? Correction { get; set; }
    public List<MomentCorrection> MomentCorrections { get; } = [];
    public List<GameEvent> Events { get; } = [];
    public List<Clip> Clips { get; } = [];
    public List<MediaFile> MediaFiles { get; } = [];
}

public sealed class GameEvent
{
    public int Id { get; set; }
    public int GameId { get; set; }
    public Game? Game { get; set; }
    public int? PlayerId { get; set; }
    public GameEventType EventType { get; set; }
    public double TimestampSeconds { get; set; }
    public double Confidence { get; set; }

    /// <summary>Metres, in the pitch axes of <see cref="Domain.Match.PanoramaGeometry"/>.</summary>
    public double? FieldPositionX { get; set; }
    public double? FieldPositionY { get; set; }

    /// <summary><c>a</c> or <c>b</c>, by shirt colour; null while unknown.</summary>
    public string? Side { get; set; }
    public string? Description { get; set; }

    /// <summary>Null for a moment that is as the home server found it.</summary>
    public int? CorrectionId { get; set; }
    public MomentCorrection? Correction { get; set; }
}

public sealed class Clip
{
    public int Id { get; set; }
    public int GameId { get; set; }
    public int? EventId { get; set; }
    public GameEvent? Event { get; set; }
    public required string Title { get; set; }
    public GameEventType EventType { get; set; }

    /// <summary>Name of the game's media file.</summary>
    public required string FileName { get; set; }
    public required string ThumbnailFileName { get; set; }

    /// <summary>Seconds on the panorama's time line.</summary>
    public double StartTime { get; set; }
    public double EndTime { get; set; }

    /// <summary>True while the moment that it shows is removed.</summary>
    public bool IsHidden { get; set; }
}

/// <summary>A file that a game shows. On disk it is named by its SHA-256, so a name never reaches the file system.</summary>
public sealed class MediaFile
{
    public int GameId { get; set; }
    public Game? Game { get; set; }
    public required string Name { get; set; }
    public long SizeBytes { get; set; }
    public required string Sha256 { get; set; }
    public required string ContentType { get; set; }
}

/// <summary>What the ingest server announced last of a game; becomes the game's content when it is published.</summary>
public sealed class GameAnnouncement
{
    public int GameId { get; set; }
    public Game? Game { get; set; }

    /// <summary>The announced <see cref="Domain.Publishing.GamePublication"/> as JSON.</summary>
    public required string Payload { get; set; }
    public bool IsPublished { get; set; }
    public DateTimeOffset AnnouncedAt { get; set; }
}
