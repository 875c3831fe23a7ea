using Microsoft.Extensions.Logging.Abstractions;
using Rig.Domain.Match;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Pitch;

namespace Rig.Tests.Stitch;

public sealed class PitchLinesFitTests
{
    private static readonly PanoramaGeometry Panorama = new() { Width = 1400, Height = 420, FocalPx = 480, CenterColumn = 700, HorizonRow = 40 };

    [Theory]
    [InlineData(52.5, -10, 7, 0)]
    [InlineData(51, -15.5, 7.8, 2)]
    [InlineData(54.5, -7.5, 5.6, -3)]
    public void The_pose_is_found_from_drawn_lines_and_false_ones(double x, double y, double z, double yawDegrees)
    {
        var truth = new PitchPose(x, y, z, PitchPose.LevelAcross * Rotation.FromYaw(yawDegrees * Math.PI / 180) * Rotation.FromVector(new(0.012, 0, 0.008)));
        var mask = new bool[Panorama.Width * Panorama.Height];
        foreach (var (px, py) in PitchMarkings.Points(105, 68, 0.05))
        {
            var d = truth.ToRigDirection(px, py, 0);
            if (Panorama.TryProject(d.X, d.Y, d.Z, out var u, out var v) && u >= 0 && v >= 0 && u < Panorama.Width && v < Panorama.Height)
            {
                mask[((int)v * Panorama.Width) + (int)u] = true;
            }
        }

        var random = new Random(5);
        for (var i = 0; i < 1500; i++)
        {
            mask[random.Next(mask.Length)] = true;
        }

        var found = new PitchLinesFit(Panorama, mask, 105, 68, NullLogger.Instance).Fit();

        Assert.NotNull(found);
        Assert.InRange(found.X, x - 0.3, x + 0.3);
        Assert.InRange(found.Y, y - 0.3, y + 0.3);
        Assert.InRange(found.Z, z - 0.2, z + 0.2);
    }

    [Fact]
    public void Noise_is_not_taken_for_a_pitch()
    {
        var random = new Random(5);
        var mask = new bool[Panorama.Width * Panorama.Height];
        for (var i = 0; i < 8000; i++)
        {
            mask[random.Next(mask.Length)] = true;
        }

        Assert.Null(new PitchLinesFit(Panorama, mask, 105, 68, NullLogger.Instance).Fit());
    }
}
