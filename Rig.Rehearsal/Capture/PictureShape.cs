namespace Rig.Rehearsal.Capture;

/// <summary>How footage of another shape becomes a camera's picture: whole and undistorted, black where it does not reach.</summary>
internal static class PictureShape
{
    /// <param name="flags">Further of ffmpeg's scale filter, after <c>flags=</c>.</param>
    /// <returns>Filters of ffmpeg. Samples that are not square, as the file says, are made so.</returns>
    public static string Within(int width, int height, string flags)
    {
        // The shape that is seen, not that of the stored pixels; even, as 4:2:0 needs it.
        var (wide, high) = ($"iw*max(sar\\,0.0001)", "ih");
        var factor = $"min({width}/({wide})\\,{height}/{high})";
        return FormattableString.Invariant(
            $"scale=w='min({width}\\,2*round({wide}*{factor}/2))':h='min({height}\\,2*round({high}*{factor}/2))':flags={flags},setsar=1,pad={width}:{height}:-1:-1:color=black");
    }
}
