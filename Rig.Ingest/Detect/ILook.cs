using Rig.Ingest.Detect.Learned;

namespace Rig.Ingest.Detect;

/// <summary>The learned detector as the analysis asks it: at every analysed frame, though it looks at some only.</summary>
internal interface ILook
{
    /// <summary>Called once, before the first frame: where people and ball may be.</summary>
    void Over(Region region, int width, int height);

    /// <returns>What was found; null where it did not look.</returns>
    IReadOnlyList<LearnedBox>? Find(long timeMs, PanoramaFrame picture);
}
