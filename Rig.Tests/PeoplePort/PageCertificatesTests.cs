using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Rig.Hosting.PeoplePort;
using Rig.Hosting.Trust;
using Rig.Tests.Support;

namespace Rig.Tests.PeoplePort;

/// <summary>The certificate by which pages are served, over starts, years and an enrolment.</summary>
public sealed class PageCertificatesTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 9, 1, 12, 0, 0, TimeSpan.Zero));

    private string Pages => folder.File("trust", "pages.pem");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_machine_of_no_rig_makes_one_with_its_names_and_keeps_it_for_itself_over_starts()
    {
        var made = Certificates().Current;
        Assert.True(made.MatchesHostname("cam-l.local"));
        Assert.True(made.MatchesHostname("localhost"));
        Assert.True(OwnNetwork.Address is not { } address || made.MatchesHostname(address.ToString()));
        Assert.False(made.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Pages));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File("trust")));
        Assert.Equal(made.RawData, Certificates().Current.RawData);
        Assert.True(Certificates().Current.HasPrivateKey);
    }

    [Fact]
    public void It_is_renewed_before_its_end_while_the_program_runs_and_where_it_was_missed()
    {
        var running = Certificates();
        var first = running.Current;
        time.Advance(first.NotAfter.ToUniversalTime() - time.GetUtcNow().UtcDateTime - OwnCertificate.RenewBefore - TimeSpan.FromDays(1));
        Assert.Equal(first.RawData, running.Current.RawData);
        time.Advance(TimeSpan.FromDays(2));
        var second = running.Current;
        Assert.NotEqual(first.RawData, second.RawData);
        Assert.Equal(second.RawData, Certificates().Current.RawData);
        time.Advance(TimeSpan.FromDays(5000));
        Assert.True(Certificates().Current.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime);
    }

    [Fact]
    public void A_clock_that_lags_until_it_is_set_costs_nobody_another_warning()
    {
        var first = Certificates().Current;
        time.SetUtcNow(time.GetUtcNow().AddSeconds(1));
        Assert.Equal(first.RawData, new PageCertificates(Trust(new FakeTimeProvider(DateTimeOffset.UnixEpoch)), () => [], new FakeTimeProvider(DateTimeOffset.UnixEpoch), NullLogger<PageCertificates>.Instance).Current.RawData);
    }

    [Fact]
    public void Once_the_machine_is_enrolled_its_certificate_of_the_rig_is_shown()
    {
        using var other = new TempFolder();
        var rig = new TestTrust(other, time);
        var running = Certificates();
        var own = running.Current;
        Assert.Null(Trust(time).Current);
        foreach (var file in Directory.GetFiles(rig.Of("CAM_L").Folder.Path))
        {
            File.Copy(file, Path.Combine(folder.File("trust"), Path.GetFileName(file)));
        }

        Assert.NotEqual(own.RawData, running.Current.RawData);
        Assert.Equal(rig.Of("CAM_L").Current!.Machine.RawData, running.Current.RawData);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nhalf")]
    public void A_broken_file_is_replaced(string text)
    {
        Directory.CreateDirectory(folder.File("trust"));
        File.WriteAllText(Pages, text);
        var made = Certificates().Current;
        Assert.Equal(made.RawData, Certificates().Current.RawData);
    }

    [Fact]
    public void Where_it_cannot_be_kept_pages_are_served_by_one_of_this_run()
    {
        File.WriteAllText(folder.File("trust"), "a file where the folder belongs");
        var certificates = Certificates();
        Assert.True(certificates.Current.HasPrivateKey);
        Assert.Equal(certificates.Current.RawData, certificates.Current.RawData);
    }

    private RigTrust Trust(TimeProvider clock) => TestTrust.Read(folder.File("trust"), clock);

    private PageCertificates Certificates() => new(Trust(time), () => ["cam-l.local", "[fd00::7]", "", "no name", "bücher.example"], time, NullLogger<PageCertificates>.Instance);
}
