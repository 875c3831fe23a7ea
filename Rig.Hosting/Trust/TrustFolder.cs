using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Rig.Hosting.Files;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust;

/// <summary>
/// The files by which a machine is enrolled, in a folder of mode 0700. Certificate and key are one file, so that no power cut
/// leaves a certificate with another's key.
/// </summary>
public sealed class TrustFolder(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Readable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public string Path => path;

    /// <summary>The authority's certificate: what phones and machines trust.</summary>
    public string AuthorityFile => In("authority.crt");

    /// <summary>The authority's key; only on the machine that made it.</summary>
    public string AuthorityKeyFile => In("authority.key");

    /// <summary>This machine's certificate and key, in PEM.</summary>
    public string MachineFile => In("machine.pem");

    /// <summary>Certificate and key of the pages, which the machine made itself while it is not enrolled, in PEM.</summary>
    private string PagesFile => In("pages.pem");

    /// <summary>The newest <see cref="RevocationList"/> that this machine knows.</summary>
    public string RevokedFile => In("revoked");

    /// <summary>What the authority has issued, on its own machine.</summary>
    private string IssuedFile => In("issued.json");

    /// <summary>The key of a request that was not answered yet.</summary>
    private string RequestKeyFile => In("request.key");

    /// <summary>Where the authority's machine answers: root of its machine port.</summary>
    private string AuthorityUrlFile => In("authority.url");

    public bool IsEnrolled => File.Exists(MachineFile);

    public bool HasPages => File.Exists(PagesFile);

    public bool HasAuthority => File.Exists(AuthorityKeyFile);

    public Uri? AuthorityUrl
    {
        get => File.Exists(AuthorityUrlFile) && Uri.TryCreate(File.ReadAllText(AuthorityUrlFile).Trim(), UriKind.Absolute, out var url) ? url : null;
        set => Write(AuthorityUrlFile, value!.GetLeftPart(UriPartial.Authority) + "\n", Readable);
    }

    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public X509Certificate2 ReadAuthority() => Read(AuthorityFile, file => X509CertificateLoader.LoadCertificateFromFile(file));

    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public X509Certificate2 ReadMachine() => Read(MachineFile, file => X509Certificate2.CreateFromPemFile(file));

    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public X509Certificate2 ReadPages() => Read(PagesFile, file => X509Certificate2.CreateFromPemFile(file));

    /// <summary>The authority with its key.</summary>
    /// <exception cref="InvalidDataException">It is not on this machine, or cannot be read.</exception>
    public RigAuthority OpenAuthority(TimeProvider time) => HasAuthority
        ? new RigAuthority(Read(AuthorityFile, file => X509Certificate2.CreateFromPemFile(file, AuthorityKeyFile)), time)
        : throw new InvalidDataException($"The rig's authority is not on this machine ({AuthorityKeyFile} is missing). Use the machine where 'trust init' was called.");

    /// <returns>Null where none came yet.</returns>
    /// <exception cref="InvalidDataException">The file is broken or not the authority's.</exception>
    public RevocationList? ReadRevoked(X509Certificate2 authority) => !File.Exists(RevokedFile) ? null
        : RevocationList.Read(Read(RevokedFile, File.ReadAllBytes), authority)
            ?? throw new InvalidDataException($"{RevokedFile} is not a list that the rig's authority signed. Delete it; it comes again from the other machines.");

    public void KeepAuthority(RigAuthority authority)
    {
        using var key = authority.Certificate.GetECDsaPrivateKey();
        Write(AuthorityKeyFile, key!.ExportPkcs8PrivateKeyPem() + "\n", OwnerOnly);
        KeepAuthority(authority.Certificate);
    }

    public void KeepAuthority(X509Certificate2 authority) => Write(AuthorityFile, authority.ExportCertificatePem() + "\n", Readable);

    public void KeepMachine(X509Certificate2 certificate, string keyPem) => WriteWithKey(MachineFile, certificate, keyPem);

    public void KeepPages(X509Certificate2 certificate, string keyPem) => WriteWithKey(PagesFile, certificate, keyPem);

    public void KeepRevoked(RevocationList list) => Write(RevokedFile, list.ToUtf8Json(), Readable);

    public void KeepRequestKey(string keyPem) => Write(RequestKeyFile, keyPem + "\n", OwnerOnly);

    /// <returns>Null when no request is waiting.</returns>
    public string? ReadRequestKey() => File.Exists(RequestKeyFile) ? File.ReadAllText(RequestKeyFile) : null;

    public void ForgetRequestKey() => File.Delete(RequestKeyFile);

    public IReadOnlyList<IssuedCertificate> ReadIssued() =>
        File.Exists(IssuedFile) ? Read(IssuedFile, file => JsonSerializer.Deserialize(File.ReadAllBytes(file), ListJson.Default.ListIssuedCertificate)!) : [];

    public void KeepIssued(IEnumerable<IssuedCertificate> issued) => Write(IssuedFile, JsonSerializer.SerializeToUtf8Bytes([.. issued], ListJson.Default.ListIssuedCertificate), OwnerOnly);

    private string In(string name) => System.IO.Path.Combine(path, name);

    private void WriteWithKey(string file, X509Certificate2 certificate, string keyPem) => Write(file, $"{certificate.ExportCertificatePem()}\n{keyPem}\n", OwnerOnly);

    private void Write(string file, string text, UnixFileMode mode) => Write(file, Encoding.UTF8.GetBytes(text), mode);

    private void Write(string file, byte[] bytes, UnixFileMode mode)
    {
        if (!Directory.Exists(path))
        {
            DurableFile.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
            DurableFile.SyncDirectory(System.IO.Path.GetDirectoryName(path)!);
        }

        DurableFile.Write(file, bytes, mode);
    }

    private static T Read<T>(string file, Func<string, T> read)
    {
        try
        {
            return read(file);
        }
        catch (Exception e) when (e is CryptographicException or JsonException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"{file} cannot be used ({e.Message}). Run the command as the program's own user, or enrol this machine again: docs/guide/enrolment.md.", e);
        }
    }
}
