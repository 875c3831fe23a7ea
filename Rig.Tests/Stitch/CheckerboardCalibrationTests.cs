using System.Text;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Vision;
using Rig.Tests.Support;

namespace Rig.Tests.Stitch;

public sealed class CheckerboardCalibrationTests
{
    private const int Columns = 9;
    private const int Rows = 5;

    private static readonly CameraLens Lens = new(LensModel.Fisheye, 640, 360, 400, 402, 322, 177, [0.02, -0.05, 0.03, -0.01]);

    /// <summary>How the board is turned and where its middle is, in its squares.</summary>
    private static readonly (Vector3d Turn, Vector3d At)[] Poses =
    [
        (new(0, 0, 0), new(0, 0, 11)),
        (new(0.35, 0, 0.1), new(-4, -1.5, 12)),
        (new(-0.35, 0.1, 0), new(4, 1.5, 12)),
        (new(0, 0.4, -0.1), new(-4, 1.5, 12)),
        (new(0.1, -0.4, 0), new(4, -1.5, 12)),
        (new(0.3, 0.3, 0.2), new(0, 1, 10)),
        (new(-0.3, -0.3, -0.2), new(0, -1, 10)),
        (new(0, 0.5, 0), new(2, 0, 13)),
    ];

    [Fact]
    public void A_lens_is_found_from_pictures_of_a_board()
    {
        using var folder = new TempFolder();
        var pictures = Poses.Select((pose, i) => Draw(folder.File($"{i}.pgm"), pose.Turn, pose.At)).ToArray();

        var (lens, rmsPx, views) = CheckerboardCalibration.Calibrate(pictures, Columns, Rows);

        Assert.Equal(Poses.Length, views);
        Assert.InRange(rmsPx, 0, 0.2);
        Assert.Equal((LensModel.Fisheye, 640, 360), (lens.Model, lens.Width, lens.Height));
        // Where boards were seen; terms of the lens trade against each other, so directions are compared and not terms.
        for (var v = 60; v <= 300; v += 60)
        {
            for (var u = 80; u <= 560; u += 60)
            {
                Assert.True(lens.TryProject(Lens.Unproject(u, v), out var pu, out var pv));
                Assert.InRange(Math.Abs(pu - u) + Math.Abs(pv - v), 0, 1);
            }
        }
    }

    [Fact]
    public void A_file_that_is_no_picture_is_named()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("notes.png"), "no picture");

        var e = Assert.Throws<VisionException>(() => CheckerboardCalibration.Calibrate([folder.File("notes.png")], Columns, Rows));

        Assert.Contains("notes.png", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_few_pictures_with_the_board_are_refused()
    {
        using var folder = new TempFolder();
        var pictures = Poses.Take(2).Select((pose, i) => Draw(folder.File($"{i}.pgm"), pose.Turn, pose.At)).ToArray();

        var e = Assert.Throws<VisionException>(() => CheckerboardCalibration.Calibrate(pictures, Columns, Rows));

        Assert.Contains("found in 2 pictures; 5 are needed", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Nine rays a pixel, each to the square of the board that it meets.</summary>
    private static string Draw(string path, Vector3d turn, Vector3d at)
    {
        var toBoard = Rotation.FromVector(turn).Transposed;
        var eye = toBoard * (-1 * at);
        var pixels = new byte[Lens.Width * Lens.Height];
        Parallel.For(0, pixels.Length, i =>
        {
            var sum = 0;
            for (var s = 0; s < 9; s++)
            {
                var ray = toBoard * Lens.Unproject((i % Lens.Width) + ((s % 3) - 1) / 3.0, (i / Lens.Width) + ((s / 3) - 1) / 3.0);
                sum += Shade(eye + ((-eye.Z / ray.Z) * ray));
            }

            pixels[i] = (byte)(sum / 9);
        });
        File.WriteAllBytes(path, [.. Encoding.ASCII.GetBytes($"P5 {Lens.Width} {Lens.Height} 255\n"), .. pixels]);
        return path;
    }

    /// <summary>Squares of one unit, a white rim of one square, grey beyond.</summary>
    private static int Shade(Vector3d point)
    {
        var (x, y) = (point.X + ((Columns + 1) / 2.0), point.Y + ((Rows + 1) / 2.0));
        return (x, y) switch
        {
            _ when x < -1 || y < -1 || x > Columns + 2 || y > Rows + 2 => 110,
            _ when x < 0 || y < 0 || x > Columns + 1 || y > Rows + 1 => 230,
            _ => ((int)x + (int)y) % 2 == 0 ? 20 : 230,
        };
    }
}
