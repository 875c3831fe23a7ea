using Rig.CameraNode.Imaging;
using Rig.Domain.Frames;

namespace Rig.Rehearsal.Shelf;

/// <summary>Draws a script's pictures, 640x480: the same script gives the same pictures. One thread.</summary>
public sealed class ShelfScene : IDisposable
{
    public const int Width = 640;
    public const int Height = 480;

    /// <summary>Where something flickers in scenes that ignore it.</summary>
    public static readonly Region FlickeringRegion = new(0.7, 0, 0.3, 0.18);

    private const int ShiftPixels = 26;
    private const double FingersSec = 1.6;

    private readonly ShelfScript script;
    private readonly ShelfStock stock;
    private readonly JpegCompressor jpeg = new();
    private readonly byte[] rgb = new byte[Width * Height * 3];
    private readonly byte[] still = new byte[Width * Height * 3];
    private int drawnStock = -1;

    public ShelfScene(ShelfScript script)
    {
        this.script = script;
        stock = new ShelfStock(script);
    }

    public ShelfScript Script => script;

    /// <param name="atSec">Since the scene's beginning.</param>
    /// <returns>A JPEG file, and the quality that it has.</returns>
    public (byte[] Jpeg, int Quality) Draw(double atSec)
    {
        Paint(atSec);
        var quality = Math.Clamp(script.JpegQuality + new Random(HashCode.Combine(script.Seed, (long)(atSec * 1000))).Next(-8, 9), 30, 95);
        return (jpeg.Compress(rgb, Width, Height, quality), quality);
    }

    public void Dispose() => jpeg.Dispose();

    /// <summary>Packed RGB; valid until the next picture.</summary>
    internal byte[] Paint(double atSec)
    {
        var there = stock.At(atSec);
        if (there != drawnStock)
        {
            stock.Draw(still, there);
            drawnStock = there;
        }

        still.CopyTo(rgb, 0);
        var random = new Random(HashCode.Combine(script.Seed, (long)(atSec * 1000), 7));
        if (script.Regions.Ignore.Count > 0)
        {
            Flicker(random);
        }

        foreach (var action in script.Actions.Where(action => atSec >= action.StartSec && atSec < action.EndSec))
        {
            Act(action, atSec, random);
        }

        if (script.Actions.Any(action => action.Kind == ShelfActionKind.MoveCamera && atSec >= action.StartSec))
        {
            Shift();
        }

        Light(atSec);
        if (script.Actions.FirstOrDefault(action => action.Kind == ShelfActionKind.Cover && atSec >= action.StartSec && atSec < action.EndSec) is { } cover)
        {
            Cover(cover);
        }

        Noise(random);
        return rgb;
    }

    private void Act(ShelfAction action, double atSec, Random random)
    {
        var share = (atSec - action.StartSec) / (action.EndSec - action.StartSec);
        switch (action.Kind)
        {
            case ShelfActionKind.Take or ShelfActionKind.Put or ShelfActionKind.Touch:
                Hand(action, atSec, random);
                break;
            case ShelfActionKind.Shadow:
                Shadow((share * 1.6) - 0.3);
                break;
            case ShelfActionKind.Rain:
                for (var i = 0; i < 90; i++)
                {
                    var (x, y, length) = (random.Next(Width), random.Next(Height), random.Next(10, 24));
                    for (var k = 0; k < length && y + k < Height; k++)
                    {
                        Mix(x + (k / 6), y + k, 215, 220, 228, 0.35);
                    }
                }

                break;
            case ShelfActionKind.PasserBy:
                ShelfPaint.Box(rgb, (int)(share * Width * 0.09), 120, (int)(share * Width * 0.09) + 60, Height, 60, 50, 80);
                break;
            default:
                break;
        }
    }

    /// <summary>An arm from below or from the right to the item and back, never quite still.</summary>
    private void Hand(ShelfAction action, double atSec, Random random)
    {
        var (x, y) = stock.Centre(action.Item);
        var fromRight = (script.Seed + action.Item) % 3 == 0;
        var (startX, startY) = fromRight ? (Width + 120, y + 60) : (x + (((script.Seed * 31) % 160) - 80), Height + 160);
        var since = atSec - action.StartSec;
        var left = action.EndSec - atSec;
        var reach = Math.Clamp(Math.Min(since, left) / FingersSec, 0, 1);
        reach = reach * reach * (3 - (2 * reach));
        var (handX, handY) = (startX + ((x - startX) * reach) + random.Next(-7, 8), startY + ((y - startY) * reach) + random.Next(-7, 8));
        var middle = (action.StartSec + action.EndSec) / 2;
        if ((action.Kind == ShelfActionKind.Take && atSec >= middle) || (action.Kind == ShelfActionKind.Put && atSec < middle))
        {
            stock.DrawItem(rgb, action.Item, (int)(handX - x), (int)(handY - y));
        }

        var (sleeveR, sleeveG, sleeveB) = ((script.Seed * 37) % 200, (script.Seed * 53) % 200, (script.Seed * 71) % 200);
        ShelfPaint.Limb(rgb, startX, startY, handX, handY, 34, (byte)(20 + sleeveR), (byte)(20 + sleeveG), (byte)(20 + sleeveB));
        ShelfPaint.Limb(rgb, handX + ((startX - handX) * 0.12), handY + ((startY - handY) * 0.12), handX, handY, 27, 205, 160, 130);
        for (var finger = -2; finger <= 2; finger++)
        {
            ShelfPaint.Limb(rgb, handX + (finger * 9), handY, handX + (finger * 11), handY - (fromRight ? 14 : 30), 5, 196, 150, 120);
        }
    }

    private void Shadow(double along)
    {
        var (centreX, centreY) = (along * Width, Height * (0.35 + ((script.Seed % 5) * 0.08)));
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var distance = Math.Sqrt(((x - centreX) * (x - centreX) / 1.6) + ((y - centreY) * (y - centreY)));
                var depth = 0.42 * (1 - Math.Clamp((distance - 70) / 130, 0, 1));
                if (depth > 0)
                {
                    Scale(((y * Width) + x) * 3, 1 - depth);
                }
            }
        }
    }

    private void Light(double atSec)
    {
        var (gain, tilt) = (1.0, 0.0);
        foreach (var action in script.Actions.Where(action => action.Kind == ShelfActionKind.Light && atSec >= action.StartSec))
        {
            var share = Math.Clamp((atSec - action.StartSec) / (action.EndSec - action.StartSec), 0, 1);
            var random = new Random(HashCode.Combine(script.Seed, action.StartSec));
            gain *= 1 + (share * ((random.NextDouble() < 0.5 ? 0.55 + (random.NextDouble() * 0.25) : 1.15 + (random.NextDouble() * 0.25)) - 1));
            tilt += share * ((random.NextDouble() * 0.4) - 0.2);
        }

        if (gain == 1 && tilt == 0)
        {
            return;
        }

        for (var x = 0; x < Width; x++)
        {
            var factor = gain * (1 + (tilt * (((double)x / Width) - 0.5) * 2));
            for (var y = 0; y < Height; y++)
            {
                Scale(((y * Width) + x) * 3, factor);
            }
        }
    }

    private void Shift()
    {
        var source = rgb.ToArray();
        var (dx, dy) = (ShiftPixels + (script.Seed % 20), 12 + (script.Seed % 9));
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var from = ((Math.Min(Height - 1, y + dy) * Width) + Math.Min(Width - 1, x + dx)) * 3;
                source.AsSpan(from, 3).CopyTo(rgb.AsSpan(((y * Width) + x) * 3));
            }
        }
    }

    private void Cover(ShelfAction action)
    {
        var tone = (byte)(18 + ((int)(action.StartSec * 10) % 60));
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)(tone + (i / 3 % Width / 90));
        }
    }

    private void Flicker(Random random)
    {
        for (var y = 0; y < FlickeringRegion.H * Height - 8; y += 12)
        {
            for (var x = (int)(FlickeringRegion.X * Width) + 12; x < Width; x += 16)
            {
                ShelfPaint.Box(rgb, x, y, x + 14, y + 10, (byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
            }
        }
    }

    private void Noise(Random random)
    {
        var state = (uint)random.Next() | 1;
        for (var i = 0; i < rgb.Length; i += 3)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;

            // Two dice: about a bell of deviation 3.
            var noise = (int)((state & 7) + ((state >> 8) & 7)) - 7;
            for (var k = i; k < i + 3; k++)
            {
                rgb[k] = (byte)Math.Clamp(rgb[k] + noise, 0, 255);
            }
        }
    }

    private void Scale(int at, double factor)
    {
        for (var k = at; k < at + 3; k++)
        {
            rgb[k] = (byte)Math.Min(255, rgb[k] * factor);
        }
    }

    private void Mix(int x, int y, int red, int green, int blue, double share)
    {
        if (x < Width && y < Height)
        {
            var at = ((y * Width) + x) * 3;
            rgb[at] += (byte)((red - rgb[at]) * share);
            rgb[at + 1] += (byte)((green - rgb[at + 1]) * share);
            rgb[at + 2] += (byte)((blue - rgb[at + 2]) * share);
        }
    }
}
