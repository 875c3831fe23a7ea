using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Accounts;
using Rig.Viewer.Accounts.Sessions;

namespace Rig.Viewer.Watch.Delivery;

/// <summary>The rights that every page has: an open session and <see cref="TeamAccess"/>.</summary>
internal sealed class DatabaseGrants(IServiceScopeFactory scopes) : IGrantSource
{
    public async Task<MediaGrant?> AskAsync(PassHolder holder, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (await scope.ServiceProvider.GetRequiredService<SessionRegistry>().OwnerAsync(holder.SessionId, cancellationToken) is not { } userId)
        {
            return null;
        }

        var game = await scope.ServiceProvider.GetRequiredService<TeamAccess>().Games(SessionCookie.PersonOf(userId))
            .Where(row => row.Id == holder.GameId)
            .Select(row => new { row.GameDate, row.Opponent, Files = row.MediaFiles.ToList() })
            .SingleOrDefaultAsync(cancellationToken);
        return game is null
            ? null
            : new MediaGrant(userId, DownloadPrefix(game.GameDate, game.Opponent), game.Files.ToFrozenDictionary(file => file.Name, StringComparer.Ordinal));
    }

    /// <summary>Such as <c>2026-11-21 Green Strikers</c>, so that a folder of downloads explains itself.</summary>
    internal static string DownloadPrefix(DateTimeOffset gameDate, string? opponent)
    {
        var text = new StringBuilder(gameDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Append(' ');
        foreach (var c in (opponent ?? "").Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-').Take(40))
        {
            text.Append(c);
        }

        return text.ToString().TrimEnd();
    }
}
