using Rig.Domain.Match;

namespace Rig.Ingest.Renditions;

/// <summary>Where the follow camera looks at an instant, kept within the panorama.</summary>
internal sealed class FollowView(IReadOnlyList<FollowKey> path, PanoramaGeometry geometry, double aspect)
{
    public FollowKey At(double tSeconds) => Framing.Keep(FollowTrack.At(path, tSeconds), geometry, aspect);
}
