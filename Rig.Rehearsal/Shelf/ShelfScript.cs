using Rig.Domain.Frames;

namespace Rig.Rehearsal.Shelf;

/// <summary>What can happen before a shelf.</summary>
public enum ShelfActionKind
{
    /// <summary>A hand comes, takes an item and goes.</summary>
    Take,

    /// <summary>A hand brings an item back to an empty place.</summary>
    Put,

    /// <summary>A hand comes, touches and goes; nothing is taken.</summary>
    Touch,

    /// <summary>A soft shadow passes.</summary>
    Shadow,

    /// <summary>A lamp or the sun: the whole picture gets brighter or darker, unevenly.</summary>
    Light,

    /// <summary>Somebody knocks the camera: all lies elsewhere from then on.</summary>
    MoveCamera,

    /// <summary>Something hangs before the lens for a while.</summary>
    Cover,

    Rain,

    /// <summary>Somebody passes where nothing counts.</summary>
    PasserBy,
}

/// <param name="Item">Of the scene's items; -1 where none is meant.</param>
public sealed record ShelfAction(ShelfActionKind Kind, double StartSec, double EndSec, int Item = -1)
{
    public bool IsInteraction => Kind is ShelfActionKind.Take or ShelfActionKind.Put or ShelfActionKind.Touch;

    public bool ChangesStock => Kind is ShelfActionKind.Take or ShelfActionKind.Put;
}

/// <summary>A shelf and what happens before it: all that a scene is drawn from, and the truth that it is judged by.</summary>
/// <param name="JpegQuality">Around which the pictures' quality varies.</param>
public sealed record ShelfScript(int Seed, int Items, IReadOnlyList<ShelfAction> Actions, double LengthSec, RegionSet Regions, int JpegQuality)
{
    private const double QuietSec = 8;

    /// <summary>A scene of this number: one to three things happen, with quiet between them.</summary>
    public static ShelfScript Generate(int seed)
    {
        var random = new Random(seed);
        var items = random.Next(4, 9);
        var hasIgnored = random.Next(3) == 0;
        var isNarrow = random.Next(2) == 0;
        var regions = new RegionSet(
            isNarrow ? new Region(0.22, 0, 0.78, 1) : Region.Whole,
            new Region(0.25, 0.2, 0.7, 0.75),
            hasIgnored ? [ShelfScene.FlickeringRegion] : []);
        var actions = new List<ShelfAction>();
        var (at, taken) = (QuietSec, new List<int>());
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            var action = Next(random, at, items, taken, isNarrow, actions);
            actions.Add(action);
            at = action.EndSec + QuietSec + (random.NextDouble() * 4);
        }

        return new ShelfScript(seed, items, actions, at, regions, random.Next(45, 91));
    }

    /// <summary>Hands that take an item every so often, as many as fit; for the demo.</summary>
    public static ShelfScript Demo(int seed, double firstSec, double lengthSec)
    {
        var random = new Random(seed);
        var actions = new List<ShelfAction>();
        var at = firstSec;
        for (var item = 0; item < 6 && at + 6 + QuietSec <= lengthSec; item++)
        {
            var end = at + 5 + random.NextDouble();
            actions.Add(new ShelfAction(ShelfActionKind.Take, at, end, item));
            at = end + QuietSec + 2;
        }

        return new ShelfScript(seed, 8, actions, lengthSec, new RegionSet(Region.Whole, new Region(0.25, 0.2, 0.7, 0.75), []), 80);
    }

    private static ShelfAction Next(Random random, double at, int items, List<int> taken, bool isNarrow, List<ShelfAction> actions)
    {
        while (true)
        {
            var kind = (ShelfActionKind)random.Next((int)ShelfActionKind.PasserBy + 1);
            var end = at + kind switch
            {
                ShelfActionKind.Cover => 6 + (random.NextDouble() * 4),
                ShelfActionKind.MoveCamera => 0.2,
                ShelfActionKind.Light => 0.2 + (random.NextDouble() * 4),
                ShelfActionKind.Rain => 8,
                ShelfActionKind.Shadow or ShelfActionKind.PasserBy => 3 + (random.NextDouble() * 3),
                _ => 4.5 + (random.NextDouble() * 4),
            };
            switch (kind)
            {
                case ShelfActionKind.Take when taken.Count < items - 2:
                    var item = random.Next(items);
                    if (taken.Contains(item))
                    {
                        continue;
                    }

                    taken.Add(item);
                    return new ShelfAction(kind, at, end, item);
                case ShelfActionKind.Put when taken.Count > 0:
                    var back = taken[random.Next(taken.Count)];
                    taken.Remove(back);
                    return new ShelfAction(kind, at, end, back);
                case ShelfActionKind.MoveCamera when actions.Any(action => action.Kind == ShelfActionKind.MoveCamera):
                    continue;
                case ShelfActionKind.Touch:
                    return new ShelfAction(kind, at, end, Enumerable.Range(0, items).First(i => !taken.Contains(i)));
                case ShelfActionKind.PasserBy when !isNarrow:
                case ShelfActionKind.Take or ShelfActionKind.Put:
                    continue;
                default:
                    return new ShelfAction(kind, at, end);
            }
        }
    }
}
