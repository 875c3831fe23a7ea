namespace Rig.Rehearsal.DrawnMatch;

/// <summary>Where each person belongs when the ball does not call: 4-3-3 that breathes with the ball, and the referee.</summary>
internal sealed class Formation
{
    /// <summary>Own view: metres from the own goal line, then from the right-hand touchline; keeper, back four, three, three.</summary>
    private static readonly (double X, double Y)[] Slots =
    [
        (4, 34), (24, 11), (19, 27), (19, 41), (24, 57), (37, 20), (34, 35), (37, 49), (49, 13), (50, 33), (49, 55),
    ];

    private readonly (double Rate, double Phase)[] sway;

    public Formation(int seed)
    {
        var random = new Random(unchecked(seed * 31) + 7);
        sway = new (double, double)[SyntheticMatch.People * 2];
        for (var index = 0; index < sway.Length; index++)
        {
            sway[index] = (0.35 + (random.NextDouble() * 0.5), random.NextDouble() * Math.Tau);
        }
    }

    public static (double X, double Y) KickOffPlace(int id, int kickingTeam)
    {
        if (id == Figure.RefereeId)
        {
            return (PitchPlan.CenterX - 6, PitchPlan.CenterY + 8);
        }

        var (x, y) = Slots[id % 11];
        var kicks = id / 11 == kickingTeam;
        if (id % 11 == 9)
        {
            // The striker of the side that kicks off stands at the ball; the other one outside the circle.
            (x, y) = kicks ? (52.2, 34.2) : (41, 33);
        }
        else if (!kicks && id % 11 == 6)
        {
            (x, y) = (31, 35);
        }

        return ToPitch(id / 11, x, y);
    }

    public (double X, double Y) Target(int id, double timeS, Attack attack, Vector3D ball)
    {
        var (swayX, swayY) = (Sway(id * 2, timeS), Sway((id * 2) + 1, timeS));
        var inPlay = attack.KickOffS <= timeS && timeS < attack.GoalS;
        if (id == Figure.RefereeId)
        {
            return inPlay
                ? (Math.Clamp(ball.X - (attack.Attackers == 0 ? 9 : -9), 8, 97) + swayX, Math.Clamp(ball.Y + (ball.Y > 34 ? -9 : 9), 10, 58) + swayY)
                : (PitchPlan.CenterX - 6 + swayX, PitchPlan.CenterY + 8 + swayY);
        }

        var team = id / 11;
        if (!inPlay)
        {
            var celebrating = timeS >= attack.GoalS && timeS < attack.GoalS + 2;
            var kicking = timeS < attack.KickOffS ? attack.Attackers : 1 - attack.Attackers;
            var (homeX, homeY) = KickOffPlace(id, kicking);
            return celebrating && team == attack.Attackers && id % 11 >= 5
                ? ((attack.Attackers == 0 ? 96 : 9) + (swayX * 2), 52 + (swayY * 2))
                : (homeX + (swayX * 0.2), homeY + (swayY * 0.2));
        }

        var (ballX, ballY) = ToPitch(team, ball.X, ball.Y);
        if (id % 11 == 0)
        {
            var keeperY = 34 + Math.Clamp((ballY - 34) * 0.12, -2.6, 2.6);
            return ToPitch(team, 2 + (Math.Clamp(ballX - 30, 0, 60) * 0.12), keeperY);
        }

        var (x, y) = Slots[id % 11];
        var attacking = team == attack.Attackers;
        x = (x * 0.8) + ((ballX - PitchPlan.CenterX) * 0.55) + (attacking ? 9 : 1) + (swayX * 2);
        y = PitchPlan.CenterY + ((y - PitchPlan.CenterY) * (attacking ? 0.95 : 0.72)) + ((ballY - PitchPlan.CenterY) * 0.28) + (swayY * 2);
        return ToPitch(team, Math.Clamp(x, 5, 98), Math.Clamp(y, 2, 66));
    }

    /// <summary>Own view to pitch axes and back; it is its own inverse.</summary>
    private static (double X, double Y) ToPitch(int team, double x, double y) =>
        team == 0 ? (x, y) : (PitchPlan.LengthM - x, PitchPlan.WidthM - y);

    private double Sway(int index, double timeS) => Math.Sin((timeS * sway[index].Rate) + sway[index].Phase);
}
