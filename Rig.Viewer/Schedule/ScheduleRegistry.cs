using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Corrections;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Schedule;

/// <summary>Games that a coach enters by hand. The film of one that is recorded later joins it, by team and time.</summary>
internal sealed class ScheduleRegistry(ViewerDb db, TimeProvider clock)
{
    private const int MaxGamesOfTeam = 500;
    private const int MaxTextLength = 100;

    /// <param name="teamId">The person coaches it; asked by the caller.</param>
    /// <returns>Null when it is done, else what is wrong.</returns>
    public async Task<string?> AddAsync(int teamId, int userId, DateTimeOffset gameDate, string? opponent, string? location, CancellationToken cancellationToken)
    {
        if (gameDate.Year is < 2000 or > 2200)
        {
            return "The date must be a day and a time, such as 21 November 2026, 14:00.";
        }

        if ((opponent is not null && !CorrectionRules.IsText(opponent, MaxTextLength)) || (location is not null && !CorrectionRules.IsText(location, MaxTextLength)))
        {
            return $"Opponent and place must be at most {MaxTextLength} printable characters.";
        }

        if (await db.Games.CountAsync(game => game.TeamId == teamId && game.SessionId == null, cancellationToken) >= MaxGamesOfTeam)
        {
            return $"A team's schedule holds at most {MaxGamesOfTeam} games. Remove some first.";
        }

        db.Games.Add(new Game
        {
            TeamId = teamId,
            GameDate = gameDate.ToUniversalTime(),
            Opponent = opponent?.Trim(),
            Location = location?.Trim(),
            // So that a publication, which may not know the opponent, leaves it.
            Correction = new GameCorrection { Opponent = opponent?.Trim(), UpdatedBy = userId, UpdatedAt = clock.GetUtcNow() },
        });
        await db.SaveChangesAsync(cancellationToken);
        return null;
    }

    /// <summary>Takes a game without a film out of the schedule.</summary>
    /// <returns>False when there is no such game, or it has a film.</returns>
    public async Task<bool> RemoveAsync(int gameId, CancellationToken cancellationToken) =>
        await db.Games.Where(game => game.Id == gameId && game.SessionId == null && !game.IsProcessed).ExecuteDeleteAsync(cancellationToken) == 1;
}
