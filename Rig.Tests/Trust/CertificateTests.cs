using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Certificates;
using Rig.Tests.Support;

namespace Rig.Tests.Trust;

public sealed class CertificateTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider time = new(Now);
    private readonly RigAuthority authority;

    public CertificateTests() => authority = RigAuthority.Create(time);

    public void Dispose() => authority.Dispose();

    [Theory]
    [InlineData("CAM_C", MachineRole.Node, "rig:node/CAM_C")]
    [InlineData("home", MachineRole.Server, "rig:server/home")]
    public void A_machine_is_who_the_authority_says(string name, MachineRole role, string uri)
    {
        using var certificate = Issue(name);
        var identity = MachineIdentity.Of(certificate)!;
        Assert.Equal((role, name, uri), (identity.Role, identity.Name, identity.ToUri().OriginalString));
        Assert.Equal(identity, Identify(certificate));
    }

    [Theory]
    [InlineData("")]
    [InlineData("cam_c")]
    [InlineData("Home")]
    [InlineData("../x")]
    [InlineData("a server")]
    [InlineData("a-name-of-more-than-thirty-two-characters")]
    public void A_name_is_a_camera_or_small_letters(string name) => Assert.False(MachineIdentity.TryParse(name, out _));

    [Theory]
    [InlineData("rig:server/CAM_C")]
    [InlineData("rig:node/home")]
    [InlineData("rig:node/CAM_C/x")]
    [InlineData("https://rig/node/CAM_C")]
    public void Other_addresses_in_a_certificate_name_no_machine(string uri)
    {
        using var certificate = Forge(authority.Certificate, names => names.AddUri(new Uri(uri)));
        Assert.Null(Identify(certificate));
    }

    [Fact]
    public void A_certificate_with_two_identities_names_no_machine()
    {
        using var certificate = Forge(authority.Certificate, names =>
        {
            names.AddUri(new Uri("rig:node/CAM_C"));
            names.AddUri(new Uri("rig:server/home"));
        });
        Assert.Null(Identify(certificate));
    }

    [Fact]
    public void A_certificate_of_another_authority_does_not_count()
    {
        using var stranger = RigAuthority.Create(time);
        using var certificate = stranger.Issue(TestTrust.Identity("CAM_C"), Request());
        Assert.Null(Identify(certificate));
    }

    [Fact]
    public void A_certificate_counts_from_its_first_to_its_last_moment()
    {
        using var certificate = Issue("CAM_C");
        Assert.NotNull(MachineCheck.Identify(certificate, authority.Certificate, null, Now.AddHours(-23), out _));
        Assert.Null(MachineCheck.Identify(certificate, authority.Certificate, null, Now.AddHours(-25), out var early));
        Assert.NotNull(MachineCheck.Identify(certificate, authority.Certificate, null, Now + RigAuthority.MachineLifetime - TimeSpan.FromMinutes(1), out _));
        Assert.Null(MachineCheck.Identify(certificate, authority.Certificate, null, Now + RigAuthority.MachineLifetime + TimeSpan.FromMinutes(1), out var late));
        Assert.Contains("not yet valid", early, StringComparison.Ordinal);
        Assert.Contains("expired", late, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_for_another_use_does_not_count()
    {
        using var certificate = Forge(authority.Certificate, names => names.AddUri(new Uri("rig:node/CAM_C")), usage: RigAuthority.ServerAuthentication);
        Assert.Null(Identify(certificate));
    }

    [Fact]
    public void A_machine_cannot_make_machines()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256);
        using var machine = authority.Issue(TestTrust.Identity("CAM_L"), request.CreateSigningRequestPem()).CopyWithPrivateKey(key);
        using var forged = Forge(machine, names => names.AddUri(new Uri("rig:server/home")));
        Assert.Null(Identify(forged));
    }

    [Fact]
    public void The_authority_itself_is_no_machine() => Assert.Null(Identify(authority.Certificate));

    [Fact]
    public void The_authority_vouches_for_private_names_alone()
    {
        using var home = authority.Issue(TestTrust.Identity("home"), Request("192.168.1.200", "home.local", "fd00::1"));
        Assert.NotNull(Identify(home));
        Assert.Contains("8.8.8.8", Assert.Throws<InvalidDataException>(() => authority.Issue(TestTrust.Identity("home"), Request("8.8.8.8"))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => authority.Issue(TestTrust.Identity("home"), Request("bank.example")));
    }

    [Fact]
    public void Whoever_trusts_the_authority_risks_nothing_elsewhere()
    {
        // Even the stolen key of the authority makes nothing that a phone takes for a site of the internet.
        using var bank = Forge(authority.Certificate, names => names.AddDnsName("bank.example"), usage: RigAuthority.ServerAuthentication);
        using var node = Forge(authority.Certificate, names => names.AddDnsName("cam-c.local"), usage: RigAuthority.ServerAuthentication);
        Assert.Equal((false, true), (Builds(bank), Builds(node)));
    }

    [Fact]
    public void What_is_no_request_or_not_signed_by_its_key_gets_nothing()
    {
        Assert.Throws<InvalidDataException>(() => authority.Issue(TestTrust.Identity("CAM_C"), "nonsense"));
        using var rsa = RSA.Create(2048);
        var weak = new CertificateRequest("CN=x", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSigningRequestPem();
        Assert.Throws<InvalidDataException>(() => authority.Issue(TestTrust.Identity("CAM_C"), weak));
        var pem = Request();
        var bytes = Convert.FromBase64String(pem[PemEncoding.Find(pem).Base64Data]);
        bytes[^1] ^= 1;
        Assert.Throws<InvalidDataException>(() => authority.Issue(TestTrust.Identity("CAM_C"), PemEncoding.WriteString("CERTIFICATE REQUEST", bytes)));
    }

    [Fact]
    public void A_list_counts_only_as_the_authority_signed_it()
    {
        using var certificate = Issue("CAM_L");
        var list = RevocationList.Sign(authority, 2, Now, [certificate.SerialNumber]);
        var read = RevocationList.Read(list.ToUtf8Json(), authority.Certificate)!;
        Assert.True(read.Contains(certificate));
        Assert.Null(MachineCheck.Identify(certificate, authority.Certificate, read, Now, out var why));
        Assert.Contains("revoked", why, StringComparison.Ordinal);

        Assert.Null(RevocationList.Read((list with { Number = 3 }).ToUtf8Json(), authority.Certificate));
        Assert.Null(RevocationList.Read((list with { Serials = [] }).ToUtf8Json(), authority.Certificate));
        Assert.Null(RevocationList.Read("[]"u8, authority.Certificate));
        using var stranger = RigAuthority.Create(time);
        Assert.Null(RevocationList.Read(list.ToUtf8Json(), stranger.Certificate));
    }

    private static string Request(params string[] names) => MachineKey.Request(names).RequestPem;

    private X509Certificate2 Issue(string name) => authority.Issue(TestTrust.Identity(name), Request());

    private MachineIdentity? Identify(X509Certificate2 certificate) => MachineCheck.Identify(certificate, authority.Certificate, null, Now, out _);

    /// <summary>Signed with a key that only the authority should have, without its care.</summary>
    private X509Certificate2 Forge(X509Certificate2 issuer, Action<SubjectAlternativeNameBuilder> name, string? usage = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=forged", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [.. (usage is null ? new[] { RigAuthority.ServerAuthentication, RigAuthority.ClientAuthentication } : [usage]).Select(oid => new Oid(oid))], false));
        var names = new SubjectAlternativeNameBuilder();
        name(names);
        request.CertificateExtensions.Add(names.Build());
        return request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuer.GetECDsaPrivateKey()!), Now.AddDays(-1), Now.AddDays(1), [1, 2, 3]);
    }

    private bool Builds(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority.Certificate);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = Now.UtcDateTime;
        return chain.Build(certificate);
    }
}
