namespace Rig.CameraNode.Updates;

/// <summary>
/// Decides whether a release may be put in place here. The node asks it to tell the person early; the helper that installs asks it
/// again and believes the node nothing.
/// </summary>
internal sealed class ReleaseGate(ReleaseKeys keys, string platform, string runningVersion)
{
    private const long MaxArchiveBytes = 2L << 30;
    private const long MaxUnpackedBytes = 4L << 30;

    private static readonly string[] Kinds = [".tar.gz", ".tgz", ".zip"];

    /// <exception cref="UpdateException">It may not; the message says why.</exception>
    public ReleaseManifest Pass(ReadOnlySpan<byte> manifestBytes, ReadOnlySpan<byte> signature)
    {
        if (keys.None)
        {
            throw new UpdateException("This build of rig-node has no release key, so it takes no update. docs/guide/releases.md tells how to build with one.");
        }

        // Only its key's id is looked at before the signature holds.
        var manifest = ReleaseManifest.Parse(manifestBytes);
        if (!keys.Knows(manifest.Key))
        {
            throw new UpdateException($"The release is not trusted: this program does not know the key '{Shown(manifest.Key)}' that signed it.");
        }

        if (!keys.Verifies(manifest.Key, manifestBytes, signature))
        {
            throw new UpdateException("The release is not trusted: its signature is not that of its key.");
        }

        return Checked(manifest);
    }

    private ReleaseManifest Checked(ReleaseManifest manifest)
    {
        if (manifest.Product != ReleaseManifest.NodeProduct)
        {
            throw new UpdateException($"The release is for {Shown(manifest.Product)}, not for {ReleaseManifest.NodeProduct}.");
        }

        if (manifest.Platform != platform)
        {
            throw new UpdateException($"The release is for {Shown(manifest.Platform)}; this machine is {platform}.");
        }

        if (!ReleaseVersion.TryParse(manifest.Version, out var offered) || !ReleaseVersion.TryParse(runningVersion, out var running))
        {
            throw new UpdateException($"The release has no usable version: '{Shown(manifest.Version)}' after '{runningVersion}'.");
        }

        if (offered.CompareTo(running) <= 0)
        {
            throw new UpdateException($"Version {offered} is not newer than {running}, which runs here.");
        }

        if (manifest.MinimumVersion is { } minimum && (!ReleaseVersion.TryParse(minimum, out var least) || running.CompareTo(least) < 0))
        {
            throw new UpdateException($"Version {offered} can only follow {Shown(minimum)} or newer, and {running} runs here. Put that version in place first.");
        }

        var isArchive = Kinds.Any(kind => manifest.Archive.EndsWith(kind, StringComparison.Ordinal));
        var isHash = manifest.Sha256.Length == 64 && manifest.Sha256.All(char.IsAsciiHexDigit);
        if (!isArchive || !isHash || manifest.Size is < 1 or > MaxArchiveBytes || manifest.UnpackedSize is < 1 or > MaxUnpackedBytes)
        {
            throw new UpdateException("The release's description is none: it wants an archive of a known kind, its SHA-256 and sizes within bounds.");
        }

        return manifest;
    }

    // What a stranger wrote goes into a sentence on a page and into a log.
    private static string Shown(string text) => string.Concat(text.Take(40).Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or ' ' ? c : '?'));
}
