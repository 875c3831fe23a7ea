using Rig.Viewer.Storage;

namespace Rig.Viewer.Stats;

/// <summary>How often each thing happened. A goal is a shot on target and a shot as well, a shot on target a shot, and every kind of save a save.</summary>
internal sealed class Tally
{
    private static readonly int Kinds = Enum.GetValues<GameEventType>().Length;

    private readonly int[] counts = new int[Kinds];

    public static Tally Of(IEnumerable<GameEventType> types)
    {
        var tally = new Tally();
        foreach (var type in types)
        {
            tally.counts[(int)type]++;
        }

        return tally;
    }

    public static Tally Sum(IEnumerable<Tally> tallies)
    {
        var sum = new Tally();
        foreach (var tally in tallies)
        {
            for (var i = 0; i < Kinds; i++)
            {
                sum.counts[i] += tally.counts[i];
            }
        }

        return sum;
    }

    public int this[GameEventType type] => counts[(int)type];

    public int Moments => counts.Sum();

    public int Goals => this[GameEventType.Goal];

    public int Assists => this[GameEventType.Assist];

    public int ShotsOnTarget => Goals + this[GameEventType.ShotOnTarget];

    public int Shots => ShotsOnTarget + this[GameEventType.Shot];

    public int Tackles => this[GameEventType.Tackle];

    public int Interceptions => this[GameEventType.Interception];

    public int Saves => this[GameEventType.Save] + this[GameEventType.SaveDiving] + this[GameEventType.SaveReflex];

    /// <summary>Percent of the shots; null without any.</summary>
    public double? ShotAccuracy => Shots == 0 ? null : 100.0 * ShotsOnTarget / Shots;
}
