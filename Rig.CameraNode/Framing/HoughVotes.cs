namespace Rig.CameraNode.Framing;

/// <summary>Votes of pixels for the straight lines through them: x cos(a) + y sin(a) = d (Duda and Hart 1972), two pixels to a bin of d.</summary>
internal sealed class HoughVotes
{
    private const double BinPixels = 2;

    private readonly int directions;
    private readonly int distances;
    private readonly double reach;
    private readonly int[] votes;
    private readonly double[] cos;
    private readonly double[] sin;

    public HoughVotes(int width, int height, int directions)
    {
        this.directions = directions;
        reach = Math.Sqrt((width * width) + (height * height));
        distances = (int)(2 * reach / BinPixels) + 2;
        votes = new int[directions * distances];
        cos = [.. Enumerable.Range(0, directions).Select(d => Math.Cos(Math.PI * d / directions))];
        sin = [.. Enumerable.Range(0, directions).Select(d => Math.Sin(Math.PI * d / directions))];
    }

    public void Add(int x, int y, int weight)
    {
        for (var direction = 0; direction < directions; direction++)
        {
            votes[(direction * distances) + Bin(x, y, direction)] += weight;
        }
    }

    public (int Direction, int Distance, int Votes) Best()
    {
        var best = 0;
        for (var i = 1; i < votes.Length; i++)
        {
            best = votes[i] > votes[best] ? i : best;
        }

        return (best / distances, best % distances, votes[best]);
    }

    /// <summary>In the line's bin or next to it.</summary>
    public bool IsOn(int x, int y, int direction, int distance) => Math.Abs(Bin(x, y, direction) - distance) <= 1;

    private int Bin(int x, int y, int direction) => (int)(((x * cos[direction]) + (y * sin[direction]) + reach) / BinPixels);
}
