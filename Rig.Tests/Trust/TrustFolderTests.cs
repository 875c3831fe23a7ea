using Microsoft.Extensions.Time.Testing;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Certificates;
using Rig.Tests.Support;

namespace Rig.Tests.Trust;

public sealed class TrustFolderTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Keys_are_for_their_owner_alone_and_the_authoritys_stays_where_it_was_made()
    {
        var rig = new TestTrust(folder, time);
        var left = rig.Of("CAM_L").Folder;
        foreach (var secret in new[] { rig.Authority.AuthorityKeyFile, rig.Authority.MachineFile, left.MachineFile })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(left.Path));
        Assert.False(left.HasAuthority);
        Assert.Contains("'trust init'", Assert.Throws<InvalidDataException>(() => new Issuing(left, time).Revoke("CAM_L")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rig_is_begun_once()
    {
        var rig = new TestTrust(folder, time);
        Assert.Throws<InvalidDataException>(() => rig.Issuing.Begin(TestTrust.Identity("CAM_C"), []));
    }

    [Fact]
    public void A_running_program_sees_enrolment_renewal_and_revocation()
    {
        var rig = new TestTrust(folder, time);
        var late = TestTrust.Read(rig.FolderOf("CAM_R").Path, time);
        Assert.False(late.IsEnrolled);
        var left = rig.Of("CAM_L");
        rig.Of("CAM_R");
        Assert.Equal("CAM_R", late.Current!.Self.Name);
        Assert.NotNull(late.Identify(left.Current!.Machine, out _));

        Assert.Equal(1, rig.Issuing.Revoke("CAM_L"));
        Assert.Equal(0, rig.Issuing.Revoke("CAM_L"));
        rig.Tell(late);
        Assert.Null(late.Identify(left.Current!.Machine, out _));
    }

    [Fact]
    public void An_older_list_never_takes_the_place_of_a_newer_one()
    {
        var rig = new TestTrust(folder, time);
        var (node, left) = (rig.Of("CAM_R"), rig.Of("CAM_L"));
        var older = File.ReadAllBytes(rig.Authority.RevokedFile);
        rig.Issuing.Revoke("CAM_L");
        rig.Tell(node);
        Assert.False(node.Take(older));
        Assert.False(node.Take("nonsense"u8));
        Assert.Null(node.Identify(left.Current!.Machine, out _));
    }

    [Fact]
    public void Who_is_enrolled_again_shuts_out_what_had_its_name_and_who_renews_does_not()
    {
        var rig = new TestTrust(folder, time);
        var (node, old) = (rig.Of("CAM_R"), rig.Of("CAM_L").Current!.Machine);
        using var renewed = rig.Issuing.Issue(TestTrust.Identity("CAM_L"), MachineKey.Request([]).RequestPem, replaces: false);
        rig.Tell(node);
        Assert.NotNull(node.Identify(old, out _));
        using var again = rig.Issuing.Issue(TestTrust.Identity("CAM_L"), MachineKey.Request([]).RequestPem, replaces: true);
        rig.Tell(node);
        Assert.Equal((false, false, true), (node.Identify(old, out _) is not null, node.Identify(renewed, out _) is not null, node.Identify(again, out _) is not null));
    }

    [Fact]
    public void A_broken_file_is_named_at_the_start_and_changes_nothing_later()
    {
        var rig = new TestTrust(folder, time);
        var node = rig.Of("CAM_L");
        Assert.True(node.IsEnrolled);
        File.WriteAllText(node.Folder.MachineFile, "torn");
        Assert.Equal("CAM_L", node.Current!.Self.Name);
        Assert.Contains("machine.pem", Assert.Throws<InvalidDataException>(() => TestTrust.Read(node.Folder.Path, time).Current).Message, StringComparison.Ordinal);
    }
}
