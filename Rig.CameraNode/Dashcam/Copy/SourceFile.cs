using System.Security.Cryptography;
using Rig.CameraNode.Dashcam.Staging;

namespace Rig.CameraNode.Dashcam.Copy;

/// <summary>A file of the camera, as it was when it was looked at.</summary>
/// <param name="RelativePath">From the volume's root.</param>
internal sealed record SourceFile(string FullPath, string RelativePath, long SizeBytes, long ModifiedUnixMs)
{
    internal DateTime ModifiedUtc => DateTimeOffset.FromUnixTimeMilliseconds(ModifiedUnixMs).UtcDateTime;

    internal static SourceFile Of(string root, FileInfo file) =>
        new(file.FullName, Path.GetRelativePath(root, file.FullName), file.Length, new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeMilliseconds());

    /// <summary>As it is now; null where it is gone.</summary>
    internal SourceFile? Again(string root) => new FileInfo(FullPath) is { Exists: true } file ? Of(root, file) : null;

    internal bool Is(KnownSource known, string samples) => known.SizeBytes == SizeBytes && known.ModifiedUnixMs == ModifiedUnixMs && known.Samples == samples;

    /// <summary>A file name that stands for this file with this content.</summary>
    internal string Key(string samples) =>
        Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(FormattableString.Invariant($"{RelativePath}\0{SizeBytes}\0{ModifiedUnixMs}\0{samples}"))))[..40];
}

/// <summary>Which files are copied, and in which order.</summary>
internal sealed record CopySelection(IReadOnlyList<string> Subfolders, string Strategy, int MaxFiles, long MaxBytes)
{
    /// <exception cref="IOException">The volume cannot be read.</exception>
    internal IReadOnlyList<SourceFile> Find(string root)
    {
        var folders = Subfolders.Count == 0 ? [root] : Subfolders.Select(sub => Path.Combine(root, sub)).Where(Directory.Exists);
        var files = folders.SelectMany(FileWalk.RegularFiles).DistinctBy(file => file.FullName).Select(file => SourceFile.Of(root, file)).Where(file => file.SizeBytes > 0);
        return [.. (Strategy switch
        {
            "newest" => files.OrderByDescending(f => f.ModifiedUnixMs),
            "largest" => files.OrderByDescending(f => f.SizeBytes),
            _ => files.OrderBy(f => f.ModifiedUnixMs),
        }).ThenBy(f => f.RelativePath, StringComparer.Ordinal)];
    }
}
