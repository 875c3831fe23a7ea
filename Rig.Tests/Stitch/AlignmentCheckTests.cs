using Rig.Actors.Pipeline;
using Rig.Domain.Match;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Kernel;

namespace Rig.Tests.Stitch;

/// <summary>An alignment that cannot be right is not passed on.</summary>
public sealed class AlignmentCheckTests
{
    private static readonly string[] Names = ["CAM_L", "CAM_C", "CAM_R"];
    private static readonly CameraLens Lens = CameraLens.Equidistant(960, 540, 1.0);

    [Theory]
    [InlineData(2, 0.8, 0)]
    [InlineData(2, 0.5, -0.15)]
    [InlineData(3, 0.8, 0.1)]
    [InlineData(3, 0.7, -0.2)]
    public void A_rig_as_people_build_them_passes(int count, double yaw, double tilt)
    {
        var cameras = Rig(count, yaw, tilt);
        var figures = AlignmentCheck.OfGeometry(Names[^count..], cameras, PanoramaPlanner.Plan(cameras, null, 1200));
        Assert.InRange(figures.FilledShare, 0.8, 1);
        Assert.InRange(figures.UnionShare, 0.95, 1);
    }

    [Fact]
    public void A_panorama_all_around_is_refused()
    {
        var cameras = Rig(2, 0.8, 0);
        Fails("degrees wide", cameras, new PanoramaGeometry { Width = 1200, Height = 400, FocalPx = 1200 / (2 * Math.PI), CenterColumn = 600, HorizonRow = 200 });
    }

    [Fact]
    public void A_panorama_that_is_mostly_black_is_refused()
    {
        var cameras = Rig(2, 0.8, 0);
        Fails("would show something", cameras, PanoramaPlanner.Plan(cameras, null, 1200) with { Height = 2400, HorizonRow = 1200 });
    }

    [Fact]
    public void A_panorama_that_leaves_a_camera_out_is_refused()
    {
        var cameras = Rig(2, 0.8, 0);
        var whole = PanoramaPlanner.Plan(cameras, null, 1200);
        Fails("of what the cameras see", cameras, whole with { Width = whole.Width / 2 });
    }

    [Theory]
    [InlineData(0.9, 1)]
    [InlineData(1, 0.9)]
    [InlineData(1, 0.4)]
    public void A_panorama_that_cuts_off_what_was_filmed_is_refused(double width, double height)
    {
        var cameras = Rig(2, 0.8, 0);
        var whole = PanoramaPlanner.Plan(cameras, null, 1200);
        Fails("of what the cameras see", cameras, whole with { Width = (int)(whole.Width * width), Height = (int)(whole.Height * height) });
    }

    [Fact]
    public void A_rig_whose_place_over_the_pitch_would_have_it_film_no_pitch_is_refused()
    {
        var cameras = Rig(2, 0.8, 0);
        // Level cameras 6 m up behind the near touchline, and the same with their backs to the pitch.
        var pitch = new PitchRegistration(105, 68, 52.5, -10, 6, [1, 0, 0, 0, 0, 1, 0, -1, 0], 1, "points");
        AlignmentCheck.OfGeometry(Names[^2..], cameras, PanoramaPlanner.Plan(cameras, pitch, 1200));
        Fails("% of the pitch would be in the panorama", cameras, PanoramaPlanner.Plan(cameras, null, 1200) with { Pitch = pitch with { RigToPitch = [-1, 0, 0, 0, 0, -1, 0, -1, 0] } });
    }

    [Fact]
    public void A_lens_that_folds_inside_the_picture_is_refused_by_name()
    {
        CameraModel[] cameras = [new(Lens, Rotation.FromYaw(-0.4)), new(Lens with { D = [-4, 0, 0, 0] }, Rotation.FromYaw(0.4))];
        Fails("CAM_R", cameras, PanoramaPlanner.Plan(Rig(2, 0.8, 0), null, 1200));
    }

    [Fact]
    public void Cameras_in_the_wrong_order_are_named()
    {
        var cameras = Rig(2, -0.5, 0);
        Fails("Exchange CAM_C and CAM_R", cameras, PanoramaPlanner.Plan(cameras, null, 1200));
    }

    [Fact]
    public void Cameras_that_do_not_meet_are_refused() => Fails("would not overlap", Rig(2, 1.4, 0), PanoramaPlanner.Plan(Rig(2, 0.8, 0), null, 1200));

    [Theory]
    [InlineData(0.9, 40, 0.6, 960, null)]
    [InlineData(0.9, 40, 3.2, 3840, null)]
    [InlineData(0.9, 40, 3.2, 960, "3.2 pixels apart")]
    [InlineData(0.9, 40, double.NaN, 960, "pixels apart")]
    [InlineData(0.1, 40, 0.6, 960, "chance")]
    [InlineData(0.9, 2, 0.6, 960, "only 2 points")]
    public void An_error_at_the_seam_that_is_chance_or_would_be_seen_is_refused(double agreeing, int heldOut, double errorPx, int width, string? reason)
    {
        if (reason is null)
        {
            AlignmentCheck.OfSeam(agreeing, heldOut, errorPx, width);
            return;
        }

        Assert.Contains(reason, Assert.Throws<StageFailedException>(() => AlignmentCheck.OfSeam(agreeing, heldOut, errorPx, width)).Message, StringComparison.Ordinal);
    }

    private static CameraModel[] Rig(int count, double yaw, double tilt) =>
        [.. Enumerable.Range(0, count).Select(i => new CameraModel(Lens, Rotation.FromYaw(yaw * (i - ((count - 1) / 2.0))) * Rotation.FromVector(new(tilt, 0, 0))))];

    private static void Fails(string reason, CameraModel[] cameras, PanoramaGeometry panorama) =>
        Assert.Contains(reason, Assert.Throws<StageFailedException>(() => AlignmentCheck.OfGeometry(Names[^cameras.Length..], cameras, panorama)).Message, StringComparison.Ordinal);
}
