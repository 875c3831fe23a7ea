using Rig.Actors.Pipeline;
using Rig.Ingest.Stitch.Vision;

namespace Rig.Ingest.Stitch.Align;

/// <summary>Why cameras cannot be joined, by cause and by camera: one of them shows nothing, they are in the wrong order, or they do not overlap.</summary>
internal static class OverlapFailure
{
    /// <summary>Steps of brightness within which nine tenths of a picture lie that shows nothing: a dark one's noise, or a cap's shading.</summary>
    private const int FlatContrast = 14;
    private const int DarkLuma = 40;

    /// <summary>Places of a picture, of a thousand, at which something has an edge; a pitch has hundreds.</summary>
    private const int EdgesMin = 4;
    private const int EdgeSteps = 10;

    /// <summary>Points which chance alone lets agree on a homography: a pair with hardly anything in common had 7 at most. Twice that is taken.</summary>
    private const int ChanceMatches = 15;

    /// <summary>Blocks that are compared with their neighbours, so that single pixels' noise is none.</summary>
    private const int BlocksAcross = 120;

    /// <summary>Names every camera whose picture is dark, covered or of one tone.</summary>
    /// <exception cref="StageFailedException">There is one.</exception>
    public static void RefuseBlind(IReadOnlyList<CameraView> views)
    {
        var blind = views.Select(view => (view.Name, Fault: BlindnessOf(view.Picture))).Where(x => x.Fault is not null).ToArray();
        if (blind.Length > 0)
        {
            throw new StageFailedException(
                string.Join(" ", blind.Select(x => $"{x.Name} shows nothing: its picture is {x.Fault}."))
                + " Without a picture no overlap with its neighbours can be found. Uncover the camera and check its exposure and focus, or leave it out of the session.");
        }
    }

    /// <summary>After two neighbours were found to have too little in common: tries every other order of the cameras.</summary>
    /// <param name="left">Index of the left one of the two.</param>
    /// <param name="count">Asks how many matches agree when the first camera is taken to stand left of the second.</param>
    public static StageFailedException Explain(IReadOnlyList<string> names, int left, int found, int needed, Func<int, int, int> count)
    {
        var joins = new Dictionary<(int, int), bool>();
        bool Joins(int a, int b) => joins.TryGetValue((a, b), out var known) ? known : joins[(a, b)] = count(a, b) >= needed;
        var order = Orders(names.Count).FirstOrDefault(order => Enumerable.Range(1, order.Length - 1).All(i => Joins(order[i - 1], order[i])));
        if (order is not null)
        {
            var moved = Enumerable.Range(0, order.Length).Where(i => order[i] != i).Select(i => names[i]).ToArray();
            return new StageFailedException(
                $"The cameras {And(moved)} are swapped: the pictures join in the order {string.Join(", ", order.Select(i => names[i]))} from left to right. Exchange the cameras' names, or their files, and run the session's alignment again.");
        }

        var share = found < ChanceMatches
            ? $"show nothing in common that can be told ({found} points match, as by chance; {needed} are needed)"
            : $"show too little in common ({found} points match; {needed} are needed)";
        return new StageFailedException(
            $"{names[left]} and {names[left + 1]} {share}, though both show a clear picture, and no other order of the cameras joins them. Either they hardly overlap, or nothing stands out where they do. Turn them so that their pictures overlap by at least a tenth, with boards, lines or trees in it.");
    }

    /// <returns>Null for a picture that shows something.</returns>
    private static string? BlindnessOf(GrayPicture picture)
    {
        var blocks = Blocks(picture, out var columns);
        var sorted = blocks.Order().ToArray();
        var (low, middle, high) = (sorted[sorted.Length / 20], sorted[sorted.Length / 2], sorted[sorted.Length * 19 / 20]);
        var edges = Enumerable.Range(0, blocks.Length).Count(i =>
            (i % columns > 0 && Math.Abs(blocks[i] - blocks[i - 1]) > EdgeSteps) || (i >= columns && Math.Abs(blocks[i] - blocks[i - columns]) > EdgeSteps));
        return high - low > FlatContrast && edges * 1000 >= EdgesMin * blocks.Length ? null
            : middle < DarkLuma ? "dark, as of a camera that is covered or underexposed"
            : high - low <= FlatContrast ? "of one tone, as of a camera that is covered or overexposed"
            : "blurred, as of a camera that is covered or far out of focus";
    }

    private static int[] Blocks(GrayPicture picture, out int columns)
    {
        var side = Math.Max(1, picture.Width / BlocksAcross);
        columns = picture.Width / side;
        var (across, rows) = (columns, picture.Height / side);
        return [.. Enumerable.Range(0, across * rows).Select(block =>
        {
            var sum = 0;
            for (var y = block / across * side; y < ((block / across) + 1) * side; y++)
            {
                for (var x = block % across * side; x < ((block % across) + 1) * side; x++)
                {
                    sum += picture.Pixels[(y * picture.Width) + x];
                }
            }

            return sum / (side * side);
        })];
    }

    /// <summary>Every order but the given one.</summary>
    private static IEnumerable<int[]> Orders(int count)
    {
        return From([]).Where(order => order.Where((camera, place) => camera != place).Any());

        IEnumerable<int[]> From(int[] begun) => begun.Length == count
            ? [begun]
            : Enumerable.Range(0, count).Where(next => !begun.Contains(next)).SelectMany(next => From([.. begun, next]));
    }

    private static string And(string[] names) => names.Length < 2 ? string.Concat(names) : $"{string.Join(", ", names[..^1])} and {names[^1]}";
}
