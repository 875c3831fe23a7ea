namespace Rig.Rehearsal.Shelf;

/// <summary>The shelf itself and what stands on it.</summary>
internal sealed class ShelfStock
{
    private const int Planks = 2;
    private const int FirstPlankY = 240;
    private const int PlankGap = 190;
    private const int Left = 180;
    private const int Right = 600;

    private readonly ShelfScript script;
    private readonly List<Item> items = [];

    public ShelfStock(ShelfScript script)
    {
        this.script = script;
        var random = new Random(script.Seed);
        var perPlank = (script.Items + Planks - 1) / Planks;
        var pitch = (Right - Left) / perPlank;
        for (var i = 0; i < script.Items; i++)
        {
            var (width, height) = (random.Next(52, Math.Min(90, pitch - 12)), random.Next(80, 130));
            var left = Left + (i % perPlank * pitch) + random.Next(4, Math.Max(5, pitch - width - 4));
            items.Add(new Item(left, FirstPlankY + (i / perPlank * PlankGap) - height, width, height, random.Next(), random.Next()));
        }
    }

    public (int X, int Y) Centre(int item) => (items[item].Left + (items[item].Width / 2), items[item].Top + (items[item].Height / 2));

    /// <returns>A bit for each item that stands there at this time.</returns>
    public int At(double atSec)
    {
        var there = (1 << script.Items) - 1;
        foreach (var action in script.Actions.Where(action => action.ChangesStock && atSec >= (action.StartSec + action.EndSec) / 2))
        {
            there = action.Kind == ShelfActionKind.Take ? there & ~(1 << action.Item) : there | (1 << action.Item);
        }

        return there;
    }

    public void Draw(byte[] rgb, int there)
    {
        for (var y = 0; y < ShelfScene.Height; y++)
        {
            for (var x = 0; x < ShelfScene.Width; x++)
            {
                // A papered wall: there is something to see everywhere.
                var grain = ((x / 23) + (y / 29)) % 2 == 0 ? 9 : 0;
                var leaf = Math.Sin((x * 0.11) + (script.Seed % 7)) * Math.Cos(y * 0.09) > 0.55 ? 16 : 0;
                ShelfPaint.Set(rgb, x, y, (byte)(150 + grain - leaf), (byte)(146 + grain - leaf), (byte)(136 + grain), 1 - (0.15 * y / ShelfScene.Height));
            }
        }

        ShelfPaint.Box(rgb, Left - 24, 60, Left - 12, ShelfScene.Height, 96, 70, 44);
        ShelfPaint.Box(rgb, Right + 12, 60, Right + 24, ShelfScene.Height, 96, 70, 44);
        for (var plank = 0; plank < Planks; plank++)
        {
            ShelfPaint.Box(rgb, Left - 24, FirstPlankY + (plank * PlankGap), Right + 24, FirstPlankY + (plank * PlankGap) + 14, 112, 82, 52);
        }

        for (var item = 0; item < items.Count; item++)
        {
            if ((there & (1 << item)) != 0)
            {
                DrawItem(rgb, item, 0, 0);
            }
        }
    }

    public void DrawItem(byte[] rgb, int item, int dx, int dy)
    {
        var (left, top, width, height, colour, label) = items[item];
        left += dx;
        top += dy;
        ShelfPaint.Box(rgb, left, top, left + width, top + height, (byte)(40 + (colour % 190)), (byte)(40 + ((colour >> 8) % 190)), (byte)(40 + ((colour >> 16) % 190)));

        // Its label: a frame with lines of writing.
        ShelfPaint.Box(rgb, left + 6, top + (height / 4), left + width - 6, top + (height * 3 / 4), 236, 232, 220);
        for (var line = 0; line < 4; line++)
        {
            var end = left + 12 + ((label >> (line * 4)) % Math.Max(8, width - 22));
            ShelfPaint.Box(rgb, left + 10, top + (height / 4) + 5 + (line * 10), end, top + (height / 4) + 10 + (line * 10), (byte)(20 + ((label >> line) % 90)), 30, 40);
        }

        ShelfPaint.Box(rgb, left, top, left + width, top + 6, 40, 40, 46);
    }

    private sealed record Item(int Left, int Top, int Width, int Height, int Colour, int Label);
}
