namespace Rig.Domain.Identity;

/// <summary>
/// One take of one camera in one session. A session has a second take of a camera only when its node was restarted while the
/// session ran. As text it is <c>{session}_{camera}</c> for take 1, which is seed 001's form, and
/// <c>{session}_{camera}_T{n}</c> from take 2 on; also the stem of the node's file names.
/// </summary>
public readonly record struct TakeId(SessionId SessionId, CameraId CameraId, int Take = 1)
{
    public const int MaxTake = 999;

    /// <summary>Reads both forms back. Session ids may themselves contain <c>_CAM_</c>, so the last one counts.</summary>
    public static bool TryParse(string? text, out TakeId id)
    {
        id = default;
        if (text is null)
        {
            return false;
        }

        var take = 1;
        var stem = text;
        var suffix = text.LastIndexOf("_T", StringComparison.Ordinal);
        if (suffix > 0 && int.TryParse(text.AsSpan(suffix + 2), System.Globalization.NumberStyles.None, null, out var n)
            && n is >= 2 and <= MaxTake && text[suffix + 2] != '0' && text.AsSpan(0, suffix).Contains("_CAM_", StringComparison.Ordinal))
        {
            take = n;
            stem = text[..suffix];
        }

        var camera = stem.LastIndexOf("_CAM_", StringComparison.Ordinal);
        if (camera <= 0 || !SessionId.TryParse(stem[..camera], out var session) || !CameraId.TryParse(stem[(camera + 1)..], out var cameraId))
        {
            return false;
        }

        id = new TakeId(session, cameraId, take);
        return true;
    }

    public override string ToString() => Take == 1 ? $"{SessionId}_{CameraId}" : $"{SessionId}_{CameraId}_T{Take}";
}
