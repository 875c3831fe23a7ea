using Microsoft.Win32.SafeHandles;

namespace Rig.Ingest.Stitch.Native;

internal sealed class MatchesHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        RigVision.rigvision_matches_free(handle);
        return true;
    }
}

internal sealed class RemapperHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        RigVision.rigvision_remapper_free(handle);
        return true;
    }
}
