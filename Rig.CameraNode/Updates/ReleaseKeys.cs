using System.Security.Cryptography;

namespace Rig.CameraNode.Updates;

/// <summary>
/// The public keys whose releases this program takes: ECDSA on P-256 with SHA-256, which the platform's own library has (it has no
/// Ed25519). A key's id is the first 16 hexadecimal digits of the SHA-256 of its SubjectPublicKeyInfo.
/// </summary>
/// <remarks>Built in from release-keys.pem. No setting, file or request adds a key: who can change those could otherwise sign for himself.</remarks>
internal sealed class ReleaseKeys
{
    private const string Resource = "Rig.CameraNode.Updates.release-keys.pem";
    private const string P256 = "1.2.840.10045.3.1.7";

    private readonly Dictionary<string, byte[]> keys = [];

    /// <param name="pem">Any number of <c>PUBLIC KEY</c> blocks; text between them counts nothing.</param>
    /// <exception cref="CryptographicException">A block is no public key on P-256.</exception>
    public ReleaseKeys(string pem)
    {
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var block))
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(rest[block.Location]);
            if (key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != P256)
            {
                throw new CryptographicException("A release key is not on P-256.");
            }

            var info = key.ExportSubjectPublicKeyInfo();
            keys[IdOf(info)] = info;
            rest = rest[block.Location.End..];
        }
    }

    public static ReleaseKeys OfThisBuild { get; } = Read();

    public bool None => keys.Count == 0;

    public static string IdOf(byte[] subjectPublicKeyInfo) => Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo))[..16];

    public bool Knows(string id) => keys.ContainsKey(id);

    /// <param name="signature">DER, as openssl writes it.</param>
    public bool Verifies(string id, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (!keys.TryGetValue(id, out var info))
        {
            return false;
        }

        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(info, out _);
        return key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    private static ReleaseKeys Read()
    {
        using var text = new StreamReader(typeof(ReleaseKeys).Assembly.GetManifestResourceStream(Resource)!);
        return new ReleaseKeys(text.ReadToEnd());
    }
}
