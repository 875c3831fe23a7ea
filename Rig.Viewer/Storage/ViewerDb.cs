using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Rig.Viewer.Storage;

/// <summary>The viewer's PostgreSQL database. Storage/Migrations make its schema; after a change here, <c>dotnet ef migrations add</c> makes the next one.</summary>
public sealed class ViewerDb(DbContextOptions<ViewerDb> options) : IdentityUserContext<User, int>(options)
{
    public DbSet<Player> Players => Set<Player>();
    public DbSet<Organization> Organizations => Set<Organization>();
    public DbSet<Team> Teams => Set<Team>();
    public DbSet<Game> Games => Set<Game>();
    public DbSet<GameEvent> GameEvents => Set<GameEvent>();
    public DbSet<Clip> Clips => Set<Clip>();
    public DbSet<MediaFile> MediaFiles => Set<MediaFile>();
    public DbSet<GameAnnouncement> GameAnnouncements => Set<GameAnnouncement>();
    public DbSet<GameCorrection> GameCorrections => Set<GameCorrection>();
    public DbSet<MomentCorrection> MomentCorrections => Set<MomentCorrection>();
    public DbSet<ParentPlayer> ParentPlayers => Set<ParentPlayer>();
    public DbSet<TeamPlayer> TeamPlayers => Set<TeamPlayer>();
    public DbSet<TeamCoach> TeamCoaches => Set<TeamCoach>();
    public DbSet<UserTeam> UserTeams => Set<UserTeam>();
    public DbSet<UserSession> UserSessions => Set<UserSession>();
    public DbSet<OutgoingMail> OutgoingMails => Set<OutgoingMail>();
    public DbSet<GameNotice> GameNotices => Set<GameNotice>();
    public DbSet<AccountLink> AccountLinks => Set<AccountLink>();
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<UserRole>().HaveConversion<SnakeCaseEnumConverter<UserRole>>();
        configurationBuilder.Properties<PlayerPosition>().HaveConversion<SnakeCaseEnumConverter<PlayerPosition>>();
        configurationBuilder.Properties<NotifyFrequency>().HaveConversion<SnakeCaseEnumConverter<NotifyFrequency>>();
        configurationBuilder.Properties<UserTeamRole>().HaveConversion<SnakeCaseEnumConverter<UserTeamRole>>();
        configurationBuilder.Properties<GameEventType>().HaveConversion<SnakeCaseEnumConverter<GameEventType>>();
        configurationBuilder.Properties<MailState>().HaveConversion<SnakeCaseEnumConverter<MailState>>();
        configurationBuilder.Properties<MailKind>().HaveConversion<SnakeCaseEnumConverter<MailKind>>();
        configurationBuilder.Properties<LinkPurpose>().HaveConversion<SnakeCaseEnumConverter<LinkPurpose>>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.Entity<User>().ToTable("users").HasIndex(user => user.NormalizedEmail).IsUnique();
        builder.Entity<Microsoft.AspNetCore.Identity.IdentityUserClaim<int>>().ToTable("user_claims");
        builder.Entity<Microsoft.AspNetCore.Identity.IdentityUserLogin<int>>().ToTable("user_logins");
        builder.Entity<Microsoft.AspNetCore.Identity.IdentityUserToken<int>>().ToTable("user_tokens");
        builder.Entity<Player>().ToTable("players");
        builder.Entity<Organization>().ToTable("organizations").HasIndex(organization => organization.Slug).IsUnique();
        builder.Entity<Team>().ToTable("teams").HasIndex(team => team.TeamCode).IsUnique();
        builder.Entity<ParentPlayer>(link =>
        {
            link.ToTable("parent_player").HasKey(row => new { row.ParentId, row.PlayerId });
            link.HasOne<User>().WithMany().HasForeignKey(row => row.ParentId);
            link.HasOne<Player>().WithMany().HasForeignKey(row => row.PlayerId);
        });
        builder.Entity<TeamPlayer>(link =>
        {
            link.ToTable("team_player").HasKey(row => new { row.TeamId, row.PlayerId });
            link.HasOne<Team>().WithMany(team => team.Roster).HasForeignKey(row => row.TeamId);
            link.HasOne(row => row.Player).WithMany().HasForeignKey(row => row.PlayerId);
        });
        builder.Entity<TeamCoach>(link =>
        {
            link.ToTable("team_coach").HasKey(row => new { row.TeamId, row.UserId });
            link.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
            link.HasOne<User>().WithMany().HasForeignKey(row => row.UserId);
        });
        builder.Entity<UserTeam>(link =>
        {
            link.ToTable("user_team").HasKey(row => new { row.UserId, row.TeamId });
            link.HasOne<User>().WithMany().HasForeignKey(row => row.UserId);
            link.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId);
        });
        builder.Entity<UserSession>().ToTable("user_sessions").HasOne<User>().WithMany().HasForeignKey(row => row.UserId);
        builder.Entity<Game>(game =>
        {
            game.ToTable("games").HasIndex(row => row.SessionId).IsUnique();
            game.Property(row => row.GameMetadata).HasColumnType("jsonb");
        });
        builder.Entity<GameEvent>(moment =>
        {
            moment.ToTable("game_events");
            moment.HasOne<Player>().WithMany().HasForeignKey(row => row.PlayerId);
            moment.HasOne(row => row.Correction).WithMany().HasForeignKey(row => row.CorrectionId).OnDelete(DeleteBehavior.SetNull);
        });
        builder.Entity<GameCorrection>(correction =>
        {
            correction.ToTable("game_corrections").HasKey(row => row.GameId);
            correction.Property(row => row.GameId).ValueGeneratedNever();
            correction.HasOne<Game>().WithOne(game => game.Correction).HasForeignKey<GameCorrection>(row => row.GameId);
            correction.HasOne<User>().WithMany().HasForeignKey(row => row.UpdatedBy).OnDelete(DeleteBehavior.SetNull);
        });
        builder.Entity<MomentCorrection>(correction =>
        {
            correction.ToTable("moment_corrections").HasOne<Game>().WithMany(game => game.MomentCorrections).HasForeignKey(row => row.GameId);
            correction.HasOne<Player>().WithMany().HasForeignKey(row => row.PlayerId).OnDelete(DeleteBehavior.SetNull);
            correction.HasOne<User>().WithMany().HasForeignKey(row => row.UpdatedBy).OnDelete(DeleteBehavior.SetNull);
        });
        builder.Entity<Clip>(clip =>
        {
            clip.ToTable("clips");
            clip.HasOne(row => row.Event).WithMany().HasForeignKey(row => row.EventId).OnDelete(DeleteBehavior.SetNull);
        });
        builder.Entity<MediaFile>().ToTable("media_files").HasKey(file => new { file.GameId, file.Name });
        builder.Entity<GameAnnouncement>(announcement =>
        {
            announcement.ToTable("game_announcements").HasKey(row => row.GameId);
            announcement.Property(row => row.GameId).ValueGeneratedNever();
            announcement.HasOne(row => row.Game).WithOne().HasForeignKey<GameAnnouncement>(row => row.GameId);
            announcement.Property(row => row.Payload).HasColumnType("jsonb");
        });
        ClubModel.Configure(builder);
        NameAll(builder);
    }

    /// <summary>Keys and indexes are named as PostgreSQL itself does, which is how they are called in databases of before the migrations.</summary>
    private static void NameAll(ModelBuilder builder)
    {
        foreach (var entity in builder.Model.GetEntityTypes())
        {
            var table = entity.GetTableName();
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(SnakeCase.Of(property.Name.Replace("PhoneNumber", "Phone", StringComparison.Ordinal)));
            }

            foreach (var key in entity.GetKeys())
            {
                key.SetName($"{table}_pkey");
            }

            foreach (var reference in entity.GetForeignKeys())
            {
                reference.SetConstraintName($"{table}_{Columns(reference.Properties)}_fkey");
            }

            foreach (var index in entity.GetIndexes())
            {
                index.SetDatabaseName($"{table}_{Columns(index.Properties)}_idx");
            }
        }
    }

    private static string Columns(IEnumerable<IReadOnlyProperty> properties) => string.Join('_', properties.Select(property => property.GetColumnName()));
}
