using Microsoft.EntityFrameworkCore;

namespace Rig.Viewer.Storage;

/// <summary>Tables of mail, links and the audit log. What belongs to a person, a team or a child goes with it.</summary>
internal static class ClubModel
{
    public static void Configure(ModelBuilder builder)
    {
        builder.Entity<OutgoingMail>(mail =>
        {
            mail.ToTable("outgoing_mails").HasIndex(row => new { row.State, row.NextAttemptAt });
            mail.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<GameNotice>(notice =>
        {
            notice.ToTable("game_notices").HasKey(row => new { row.UserId, row.GameId });
            notice.HasOne<User>().WithMany().HasForeignKey(row => row.UserId);
            notice.HasOne<Game>().WithMany().HasForeignKey(row => row.GameId);
        });
        builder.Entity<AccountLink>(link =>
        {
            link.ToTable("account_links");
            link.HasOne<User>().WithMany().HasForeignKey(row => row.UserId).OnDelete(DeleteBehavior.Cascade);
            link.HasOne<User>().WithMany().HasForeignKey(row => row.CreatedById).OnDelete(DeleteBehavior.SetNull);
            link.HasOne<Team>().WithMany().HasForeignKey(row => row.TeamId).OnDelete(DeleteBehavior.Cascade);
            link.HasOne<Player>().WithMany().HasForeignKey(row => row.PlayerId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<AuditEntry>(entry =>
        {
            entry.ToTable("audit_log").HasIndex(row => row.At);
            entry.HasOne(row => row.Actor).WithMany().HasForeignKey(row => row.ActorId).OnDelete(DeleteBehavior.SetNull);
        });
    }
}
