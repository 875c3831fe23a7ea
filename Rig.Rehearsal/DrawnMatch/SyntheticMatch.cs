namespace Rig.Rehearsal.DrawnMatch;

/// <summary>One person on the pitch at one instant; metres, metres a second and radians.</summary>
/// <param name="Stride">Phase of the running steps.</param>
internal readonly record struct Figure(int Id, double X, double Y, double VelocityX, double VelocityY, double HeadingX, double HeadingY, double Stride)
{
    public const int RefereeId = 22;

    public string Team => Id switch { < 11 => "a", < 22 => "b", _ => "referee" };

    public int Number => Id == RefereeId ? 0 : (Id % 11) + 1;

    public bool IsKeeper => Id is 0 or 11;

    public double Speed => Math.Sqrt((VelocityX * VelocityX) + (VelocityY * VelocityY));
}

/// <summary>
/// The players' side of the match: 22 players and a referee steered on a fixed time step towards what the plan and their
/// formation ask of them, at human speeds and accelerations. Cameras play no part in it, so each process that asks for the same
/// seed and time gets the same match.
/// </summary>
internal sealed class SyntheticMatch(int seed)
{
    public const int People = 23;
    private const double StepS = 1.0 / 30;
    private const double SprintSpeed = 8.2;
    private const double RunSpeed = 6.2;
    private const double Acceleration = 7;
    private const double LookAheadS = 6;

    private readonly Formation formation = new(seed);
    private Figure[] previous = new Figure[People];
    private Figure[] current = new Figure[People];
    private long step = -1;

    public MatchPlan Plan { get; } = new(seed);

    /// <summary>Fills <paramref name="figures"/> (<see cref="People"/> of them, by id) and returns the ball's centre.</summary>
    public Vector3D At(double timeS, Span<Figure> figures)
    {
        timeS = Math.Max(0, timeS);
        var wanted = (long)Math.Ceiling(timeS / StepS);
        if (step < 0 || wanted < step - 1)
        {
            Reset();
        }

        while (step < wanted)
        {
            Step();
        }

        var blend = Math.Clamp((timeS / StepS) - (step - 1), 0, 1);
        for (var id = 0; id < People; id++)
        {
            var (a, b) = (previous[id], current[id]);
            figures[id] = b with
            {
                X = a.X + ((b.X - a.X) * blend),
                Y = a.Y + ((b.Y - a.Y) * blend),
                Stride = a.Stride + ((b.Stride - a.Stride) * blend),
            };
        }

        return Plan.BallAt(timeS);
    }

    private void Reset()
    {
        var attack = Plan.AttackAt(0);
        for (var id = 0; id < People; id++)
        {
            var (x, y) = Formation.KickOffPlace(id, attack.Attackers);
            current[id] = new Figure(id, x, y, 0, 0, id < 11 ? 1 : -1, 0, id);
        }

        current.CopyTo(previous, 0);
        step = 0;
    }

    private void Step()
    {
        var timeS = step * StepS;
        var attack = Plan.AttackAt(timeS);
        var legIndex = Plan.LegAt(timeS);
        var leg = Plan.Legs[legIndex];
        var ball = leg.At(timeS);
        (previous, current) = (current, previous);

        var (firstPress, secondPress) = Pressing(ball, 1 - attack.Attackers);
        for (var id = 0; id < People; id++)
        {
            var person = previous[id];
            var (targetX, targetY) = formation.Target(id, timeS, attack, ball);
            var limit = RunSpeed;
            var hurry = 1.4;
            if (attack.KickOffS <= timeS && timeS < attack.GoalS)
            {
                if (leg.Carrier == id)
                {
                    (targetX, targetY, limit, hurry) = (ball.X - (leg.To.X - leg.From.X) * 0.08, ball.Y + 0.25, SprintSpeed, 6);
                }
                else if (NextTouch(id, legIndex, timeS) is { } touch)
                {
                    var left = Math.Max(0.15, touch.EndS - timeS);
                    (targetX, targetY, limit, hurry) = (touch.To.X, touch.To.Y + 0.25, SprintSpeed, 1.6 / left);
                }
                else if (id == firstPress || id == secondPress)
                {
                    var goalX = attack.Attackers == 0 ? PitchPlan.LengthM : 0;
                    var standOff = id == firstPress ? 1.8 : 4.5;
                    (targetX, targetY) = Towards(ball.X, ball.Y, goalX, PitchPlan.CenterY, standOff);
                    (limit, hurry) = (SprintSpeed - 1.2, 1.5);
                }
            }

            current[id] = Move(person, targetX, targetY, limit, hurry);
        }

        step++;
    }

    /// <summary>The next leg that ends at this player, if it ends soon.</summary>
    private BallLeg? NextTouch(int id, int legIndex, double timeS)
    {
        for (var index = legIndex; index < Plan.Legs.Count && Plan.Legs[index].StartS < timeS + LookAheadS; index++)
        {
            if (Plan.Legs[index].Receiver == id)
            {
                return Plan.Legs[index];
            }
        }

        return null;
    }

    private (int First, int Second) Pressing(Vector3D ball, int team)
    {
        var (first, second) = (-1, -1);
        var (firstDistance, secondDistance) = (double.MaxValue, double.MaxValue);
        for (var id = (team * 11) + 1; id < (team * 11) + 11; id++)
        {
            var distance = Distance(previous[id].X - ball.X, previous[id].Y - ball.Y);
            if (distance < firstDistance)
            {
                (second, secondDistance) = (first, firstDistance);
                (first, firstDistance) = (id, distance);
            }
            else if (distance < secondDistance)
            {
                (second, secondDistance) = (id, distance);
            }
        }

        return (first, second);
    }

    private Figure Move(Figure person, double targetX, double targetY, double speedLimit, double hurry)
    {
        var (wantX, wantY) = ((targetX - person.X) * hurry, (targetY - person.Y) * hurry);
        for (var other = 0; other < People; other++)
        {
            // Nobody runs through another.
            var (awayX, awayY) = (person.X - previous[other].X, person.Y - previous[other].Y);
            var distance = Distance(awayX, awayY);
            if (other != person.Id && distance < 1.1)
            {
                var push = (1.1 - distance) * 5 / Math.Max(distance, 0.05);
                wantX += awayX * push;
                wantY += awayY * push;
            }
        }

        (wantX, wantY) = Limit(wantX, wantY, speedLimit);
        var (changeX, changeY) = Limit(wantX - person.VelocityX, wantY - person.VelocityY, Acceleration * StepS);
        var (velocityX, velocityY) = (person.VelocityX + changeX, person.VelocityY + changeY);
        var speed = Distance(velocityX, velocityY);
        var (headingX, headingY) = (person.HeadingX, person.HeadingY);
        if (speed > 0.4)
        {
            headingX += ((velocityX / speed) - headingX) * 0.2;
            headingY += ((velocityY / speed) - headingY) * 0.2;
            var length = Math.Max(0.01, Distance(headingX, headingY));
            (headingX, headingY) = (headingX / length, headingY / length);
        }

        return person with
        {
            X = person.X + (velocityX * StepS),
            Y = person.Y + (velocityY * StepS),
            VelocityX = velocityX,
            VelocityY = velocityY,
            HeadingX = headingX,
            HeadingY = headingY,
            // About 1.1 m a step when jogging, longer when fast.
            Stride = person.Stride + (speed * StepS * Math.PI / (0.75 + (0.09 * speed))),
        };
    }

    private static (double X, double Y) Towards(double x, double y, double toX, double toY, double by)
    {
        var length = Math.Max(0.1, Distance(toX - x, toY - y));
        return (x + ((toX - x) * by / length), y + ((toY - y) * by / length));
    }

    private static (double X, double Y) Limit(double x, double y, double longest)
    {
        var length = Distance(x, y);
        return length <= longest ? (x, y) : (x * longest / length, y * longest / length);
    }

    private static double Distance(double x, double y) => Math.Sqrt((x * x) + (y * y));
}
