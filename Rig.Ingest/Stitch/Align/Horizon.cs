using Rig.Ingest.Stitch.Geometry;

namespace Rig.Ingest.Stitch.Align;

/// <summary>Turns the whole rig so that the panorama's horizon is level and its middle looks straight ahead.</summary>
internal static class Horizon
{
    /// <summary>Without a pitch to go by: people mount cameras without roll, so the vertical is what all pictures' rows are perpendicular to.</summary>
    public static CameraModel[] LevelByRoll(IReadOnlyList<CameraModel> cameras)
    {
        // The vertical is the direction least along any camera's x axis; with nearly parallel axes the mean y axis decides the rest.
        var meanDown = cameras.Aggregate(default(Vector3d), (sum, c) => sum + c.ToRig.Column1).Normalized();
        var down = meanDown;
        var spread = cameras.Aggregate(default(Vector3d), (sum, c) => sum + c.ToRig.Column0).Normalized();
        for (var i = 0; i < 50; i++)
        {
            foreach (var camera in cameras)
            {
                down = (down - (down.Dot(camera.ToRig.Column0) * camera.ToRig.Column0)).Normalized();
            }
        }

        if (down.Dot(meanDown) < 0.5 || Math.Abs(down.Dot(spread)) > 0.5)
        {
            down = meanDown;
        }

        return Turn(cameras, down);
    }

    /// <summary>With the pitch registered: down is known.</summary>
    /// <param name="down">In the rig's present axes.</param>
    /// <returns>The turned cameras.</returns>
    public static CameraModel[] Turn(IReadOnlyList<CameraModel> cameras, Vector3d down)
    {
        var turn = Levelling(cameras, down);
        return [.. cameras.Select(c => c with { ToRig = turn * c.ToRig })];
    }

    /// <summary>The rotation from present axes to level ones: y along <paramref name="down"/>, z halfway between the outermost cameras.</summary>
    public static Rotation Levelling(IReadOnlyList<CameraModel> cameras, Vector3d down)
    {
        var ahead = cameras[0].ToRig.Column2 + cameras[^1].ToRig.Column2;
        var z = (ahead - (ahead.Dot(down) * down)).Normalized();
        return new Rotation(down.Cross(z), down, z);
    }
}
