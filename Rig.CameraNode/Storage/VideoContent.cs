using System.Security.Cryptography;
using Rig.CameraNode.Storage.Mp4;

namespace Rig.CameraNode.Storage;

/// <summary>What a take's video file holds, read once from end to end.</summary>
/// <param name="WholeBytes">Length of the part that is whole; what follows is a torn tail.</param>
/// <param name="Sha256">Of the whole part, lower-case hex.</param>
internal sealed record VideoContent(long WholeBytes, string Sha256, IReadOnlyList<Mp4Scanner.ScannedSample> Samples)
{
    /// <param name="trustedBytes">Bytes beyond this are not looked at.</param>
    internal static VideoContent Read(string path, long trustedBytes = long.MaxValue)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var samples = new List<Mp4Scanner.ScannedSample>();
        using var video = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var trusted = new PrefixStream(video, Math.Min(trustedBytes, video.Length));
        var wholeBytes = Mp4Scanner.Scan(trusted, part => hash.AppendData(part.Span), samples.Add);
        return new VideoContent(wholeBytes, Convert.ToHexStringLower(hash.GetHashAndReset()), samples);
    }
}
