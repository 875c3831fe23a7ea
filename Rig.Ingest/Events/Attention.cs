using Rig.Domain.Match;

namespace Rig.Ingest.Events;

/// <summary>What draws the eye in one frame, panorama pixels.</summary>
/// <param name="Ball">Null where it is not known.</param>
/// <param name="Players">The middle of those who are seen; null when nobody is.</param>
internal readonly record struct Attention(double TSeconds, AttentionBall? Ball, AttentionPlayers? Players)
{
    /// <summary>Positions said with less are no reason to turn a camera.</summary>
    public const double ConfidenceMin = 0.3;

    public static Attention Of(TrackedFrame frame)
    {
        var feet = frame.Players.Select(player => (U: player.Left + (player.Width / 2), V: player.Top + player.Height)).ToList();
        var ball = frame.Ball is { } known && known.Confidence >= ConfidenceMin ? new AttentionBall(known.U, known.V, known.Confidence, known.Predicted) : (AttentionBall?)null;
        if (feet.Count == 0)
        {
            return new Attention(frame.TMs / 1000.0, ball, null);
        }

        // The median shrugs off a keeper at the far end and people beside the pitch.
        var columns = feet.Select(f => f.U).Order().ToList();
        var rows = feet.Select(f => f.V).Order().ToList();
        var (from, to) = (columns[columns.Count / 10], columns[(columns.Count - 1) * 9 / 10]);
        return new Attention(frame.TMs / 1000.0, ball, new AttentionPlayers(columns[columns.Count / 2], rows[rows.Count / 2], from, to, rows[rows.Count / 10]));
    }
}

internal readonly record struct AttentionBall(double U, double V, double Confidence, bool Predicted);

/// <param name="FromU">Nine tenths of the players stand right of this column...</param>
/// <param name="ToU">...and nine tenths left of this one.</param>
/// <param name="FarV">Row of the feet of those who are far away.</param>
internal readonly record struct AttentionPlayers(double U, double V, double FromU, double ToU, double FarV);
