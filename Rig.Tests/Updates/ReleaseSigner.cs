extern alias node;
using System.Security.Cryptography;
using System.Text.Json;
using node::Rig.CameraNode.Updates;

namespace Rig.Tests.Updates;

/// <summary>A key pair of the test's own, and what it signs.</summary>
internal sealed class ReleaseSigner : IDisposable
{
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Id => ReleaseKeys.IdOf(key.ExportSubjectPublicKeyInfo());

    public string PublicPem => key.ExportSubjectPublicKeyInfoPem();

    public ReleaseKeys Keys => new(PublicPem);

    public ReleaseManifest Describe(string version, byte[] archive, long unpackedSize, string platform = "linux-x64", string kind = ".tar.gz") => new(
        ReleaseManifest.NodeProduct, version, platform, $"rig-node-{platform}{kind}", archive.Length, unpackedSize, Convert.ToHexStringLower(SHA256.HashData(archive)), Id);

    public SignedRelease Sign(ReleaseManifest manifest)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.ReleaseManifest);
        return new SignedRelease(bytes, key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    public void Dispose() => key.Dispose();
}

internal sealed record SignedRelease(byte[] Manifest, byte[] Signature);
