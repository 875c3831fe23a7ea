using Rig.Rehearsal.Truth;

namespace Rig.Rehearsal.DrawnMatch;

/// <summary>One stretch of the ball's way: played from one place to another, or kept at a player's feet.</summary>
/// <param name="ApexM">Extra height in the middle of a flight.</param>
/// <param name="Carrier">The player who has the ball during this leg, -1 when nobody has.</param>
/// <param name="Receiver">The player who waits where it ends, -1 when nobody does.</param>
internal readonly record struct BallLeg(double StartS, double EndS, Vector3D From, Vector3D To, double ApexM, int Carrier, int Receiver)
{
    public Vector3D At(double timeS)
    {
        var u = EndS > StartS ? Math.Clamp((timeS - StartS) / (EndS - StartS), 0, 1) : 1;
        // A ball that is played slows down on its way; one that is led gathers speed with its carrier.
        var way = Carrier >= 0 ? u * (0.5 + (0.5 * u)) : u * (1.25 - (0.25 * u));
        var along = Vector3D.Lerp(From, To, way);
        return along with { Z = From.Z + ((To.Z - From.Z) * u) + (4 * ApexM * u * (1 - u)) };
    }
}

/// <summary>One kick-off to the next: a move that ends in a saved or wide shot, then the goal.</summary>
/// <param name="Attackers">0 for team a, which attacks towards x = length; 1 for team b.</param>
internal readonly record struct Attack(double StartS, double KickOffS, double GoalS, double EndS, int Attackers, int Scorer);

/// <summary>
/// The ball's whole way through the match and what happens on it, written in advance so that every camera knows the same match
/// and its coming events. Players are steered to be where the plan needs them (<see cref="SyntheticMatch"/>).
/// </summary>
internal sealed class MatchPlan
{
    public const double BallRadiusM = 0.11;

    /// <summary>After this the ball rests on the centre spot.</summary>
    public static readonly TimeSpan Duration = TimeSpan.FromHours(3);

    private const double Gravity = 9.81;
    private const int Keeper = 0;
    private const int Playmaker = 6;
    private const int Striker = 9;
    private static readonly Vector3D Spot = new(PitchPlan.CenterX, PitchPlan.CenterY, BallRadiusM);

    private readonly List<BallLeg> legs = [];
    private readonly List<Attack> attacks = [];
    private readonly List<TruthEvent> events = [];
    private readonly Random random;
    private double clockS;
    private Vector3D ball = Spot;
    private int attackers;

    public MatchPlan(int seed)
    {
        random = new Random(seed);
        while (clockS < Duration.TotalSeconds)
        {
            PlanAttack();
            attackers = 1 - attackers;
        }
    }

    public IReadOnlyList<BallLeg> Legs => legs;

    public IReadOnlyList<Attack> Attacks => attacks;

    public IReadOnlyList<TruthEvent> Events => events;

    /// <summary>Index of the leg that contains this instant.</summary>
    public int LegAt(double timeS) => Find(legs.Count, index => legs[index].EndS, timeS);

    public Attack AttackAt(double timeS) => attacks[Find(attacks.Count, index => attacks[index].EndS, timeS)];

    public Vector3D BallAt(double timeS) => legs[LegAt(timeS)].At(timeS);

    private static int Find(int count, Func<int, double> endS, double timeS)
    {
        var (low, high) = (0, count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (endS(middle) > timeS)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private void PlanAttack()
    {
        var startS = clockS;
        var wing = random.Next(2) == 0 ? -1 : 1;
        var winger = Player(wing < 0 ? 8 : 10);
        var striker = Player(Striker);
        var playmaker = Player(Playmaker);
        Keep(-1, 0.8, ball);

        var kickOffS = clockS;
        Play(playmaker, Place(Between(40, 44), 34 + Between(-5, 5)), speed: 12);
        Keep(playmaker, Between(0.6, 0.9), Ahead(2, wing * 1.5));
        Play(winger, Place(Between(62, 67), 34 + (wing * Between(20, 25))), speed: 19, lofted: random.Next(2) == 0);
        Keep(winger, Between(1.0, 1.3), Ahead(5, -wing));
        Play(striker, Place(Between(84, 87), 34 + (wing * Between(1, 8))), speed: 18);
        Keep(striker, 0.35, Ahead(0.8, -0.3 * wing));

        if (random.NextDouble() < 0.7)
        {
            Shoot("shot", Place(103.9, 34 - (wing * Between(0.4, 2.4)), Between(0.2, 0.8)), Player(Keeper, defending: true));
            Play(winger, Place(Between(90, 93), 34 + (wing * Between(10, 15))), speed: 11);
        }
        else
        {
            // Wide: it passes the post, and the keeper plays it short to an attacker who reads it.
            Shoot("shot", Place(106.5, 34 + (wing * Between(4.6, 6)), 0.4), receiver: -1);
            Play(-1, Place(107.5, 34 + (wing * 7)), speed: 6);
            Play(Player(Keeper, defending: true), Place(101, 34 + (wing * 4)), speed: 13);
            Play(winger, Place(Between(88, 90), 34 + (wing * Between(11, 14))), speed: 14);
        }

        Keep(winger, Between(0.4, 0.6), Ahead(1.5, wing));
        Play(playmaker, Place(Between(77, 80), 34 - (wing * Between(2, 7))), speed: 15);
        Keep(playmaker, 0.5, Ahead(1.5, 0));
        Play(striker, Place(Between(91, 94), 34 + Between(-4, 4)), speed: 16);
        Keep(striker, 0.3, Ahead(0.6, 0));

        var shotS = clockS;
        var from = ball;
        var into = Place(105 + 1.5, 34 + ((random.Next(2) == 0 ? -1 : 1) * Between(1.4, 3)), Between(0.2, 1.1));
        Play(-1, into, speed: 23, lofted: true);
        var goalS = CrossingS(shotS, from);
        var crossing = legs[^1].At(goalS);
        events.Add(new TruthEvent("goal", goalS, crossing.X, crossing.Y, TeamName(attackers)));

        Play(-1, into with { X = into.X + (Direction * 0.2), Z = BallRadiusM }, speed: 2.5);
        Keep(-1, 1.6, ball);
        Play(-1, Spot, speed: 23, lofted: true);
        Keep(-1, 1.8, Spot);
        attacks.Add(new Attack(startS, kickOffS, goalS, clockS, attackers, striker));
    }

    private int Direction => attackers == 0 ? 1 : -1;

    private void Shoot(string type, Vector3D target, int receiver)
    {
        events.Add(new TruthEvent(type, clockS, ball.X, ball.Y, TeamName(attackers)));
        Play(receiver, target, speed: 22, lofted: true);
    }

    private void Play(int receiver, Vector3D to, double speed, bool lofted = false)
    {
        var seconds = (to - ball).Length / speed;
        // A ball that flies this long rises g t^2 / 8 over the straight line.
        Add(seconds, to, lofted ? Gravity * seconds * seconds / 8 : 0, carrier: -1, receiver);
    }

    private void Keep(int carrier, double seconds, Vector3D to) => Add(seconds, to, apexM: 0, carrier, carrier);

    private void Add(double seconds, Vector3D to, double apexM, int carrier, int receiver)
    {
        legs.Add(new BallLeg(clockS, clockS + seconds, ball, to, apexM, carrier, receiver));
        clockS += seconds;
        ball = to;
    }

    /// <summary>When the last leg passes the goal line.</summary>
    private double CrossingS(double shotS, Vector3D from)
    {
        var line = attackers == 0 ? PitchPlan.LengthM : 0;
        var (low, high) = (shotS, clockS);
        for (var round = 0; round < 40; round++)
        {
            var middle = (low + high) / 2;
            var beyond = (legs[^1].At(middle).X - line) * Math.Sign(line - from.X) > 0;
            (low, high) = beyond ? (low, middle) : (middle, high);
        }

        return high;
    }

    private double Between(double low, double high) => low + (random.NextDouble() * (high - low));

    private int Player(int slot, bool defending = false) => slot + (11 * (defending ? 1 - attackers : attackers));

    /// <summary>From the attackers' own view (x from their goal line, y from their right) to the pitch's axes.</summary>
    private Vector3D Place(double x, double y, double z = BallRadiusM) =>
        attackers == 0 ? new(x, y, z) : new(PitchPlan.LengthM - x, PitchPlan.WidthM - y, z);

    private Vector3D Ahead(double x, double y) => ball + new Vector3D(x * Direction, y * Direction, BallRadiusM - ball.Z);

    private static string TeamName(int team) => team == 0 ? "a" : "b";
}
