using Microsoft.EntityFrameworkCore;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Heat;

/// <summary>What a heat map is made of: moments with a place on pitches of one size.</summary>
/// <param name="PointsWithoutPlace">Moments that are in no picture, for nobody knows where they were.</param>
internal sealed record HeatRecord(IReadOnlyList<HeatPoint> Points, int PointsWithoutPlace, double LengthM, double WidthM)
{
    public HeatMap Map => HeatMap.Of(Points, LengthM, WidthM);

    public IEnumerable<HeatPoint> Shots => Points.Where(point => point.Type is GameEventType.Goal or GameEventType.Shot or GameEventType.ShotOnTarget);

    /// <summary>Told beside every picture.</summary>
    public static string RestsOn(int points) => points switch
    {
        0 => "Nothing to show yet: no moment here has a place on the pitch.",
        < HeatMap.FewPoints => $"Made of {(points == 1 ? "one moment" : $"{points} moments")}. That is too few to say much about how somebody plays.",
        _ => $"Made of {points} moments.",
    };
}

/// <summary>Reads the places of moments, out of the games that the caller lets a person see.</summary>
internal static class HeatReader
{
    // As wide as a team's seasons go; more would not be seen in the picture.
    private const int MaxPoints = 20_000;
    private const double DefaultLengthM = 105;
    private const double DefaultWidthM = 68;

    /// <param name="games">Only those that the person may see.</param>
    /// <param name="which">Of their moments.</param>
    /// <param name="fromSeconds">Within each game, as <paramref name="untilSeconds"/>; 0 is a time like any other.</param>
    public static async Task<HeatRecord> ReadAsync(
        IQueryable<Game> games, Func<IQueryable<GameEvent>, IQueryable<GameEvent>> which, double? fromSeconds, double? untilSeconds, CancellationToken cancellationToken)
    {
        var moments = which(games.SelectMany(game => game.Events))
            .Where(moment => (fromSeconds == null || moment.TimestampSeconds >= fromSeconds) && (untilSeconds == null || moment.TimestampSeconds <= untilSeconds));
        var placed = await moments.Where(moment => moment.FieldPositionX != null && moment.FieldPositionY != null).OrderByDescending(moment => moment.GameId).ThenBy(moment => moment.TimestampSeconds).Take(MaxPoints)
            .Select(moment => new HeatPoint(moment.GameId, moment.FieldPositionX!.Value, moment.FieldPositionY!.Value, moment.EventType, moment.TimestampSeconds)).ToListAsync(cancellationToken);
        var total = await moments.CountAsync(cancellationToken);
        var pitch = await games.Where(game => game.PitchLengthM != null && game.PitchWidthM != null).OrderByDescending(game => game.GameDate)
            .Select(game => new { game.PitchLengthM, game.PitchWidthM }).FirstOrDefaultAsync(cancellationToken);
        return new HeatRecord(placed, total - placed.Count, pitch?.PitchLengthM ?? DefaultLengthM, pitch?.PitchWidthM ?? DefaultWidthM);
    }
}
