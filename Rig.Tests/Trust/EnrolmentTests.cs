using Microsoft.Extensions.Time.Testing;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Enrolment;
using Rig.Tests.Support;

namespace Rig.Tests.Trust;

/// <summary>Machines join over real sockets.</summary>
public sealed class EnrolmentTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());
    private readonly TestTrust rig;

    public EnrolmentTests() => rig = new TestTrust(folder, time);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_machine_joins_by_a_code_as_who_it_was_invited()
    {
        await using var invitation = await InviteAsync("CAM_L");
        var identity = await JoinAsync(invitation, invitation.Code, "CAM_L");
        Assert.Equal(TestTrust.Identity("CAM_L"), identity);
        Assert.Equal(InvitationEnd.Joined, await invitation.Ended);
        var left = TestTrust.Read(rig.FolderOf("CAM_L").Path, time);
        Assert.Equal("CAM_L", left.Current!.Self.Name);
        Assert.Equal("https://127.0.0.1:8443/", left.Folder.AuthorityUrl!.ToString());
        Assert.NotNull(TestTrust.Read(rig.Authority.Path, time).Identify(left.Current!.Machine, out _));
    }

    [Fact]
    public async Task A_code_counts_once()
    {
        await using var invitation = await InviteAsync("CAM_L");
        await JoinAsync(invitation, invitation.Code, "CAM_L");
        await invitation.Ended;
        await Assert.ThrowsAsync<InvalidDataException>(() => JoinAsync(invitation, invitation.Code, "CAM_R"));
        Assert.False(rig.FolderOf("CAM_R").IsEnrolled);
    }

    [Fact]
    public async Task Guessing_ends_the_invitation()
    {
        await using var invitation = await InviteAsync("CAM_L");
        for (var guess = 0; guess < 5; guess++)
        {
            var wrong = invitation.Code with { Secret = new byte[10] };
            Assert.Contains("code is wrong", (await Assert.ThrowsAsync<InvalidDataException>(() => JoinAsync(invitation, wrong, "CAM_L"))).Message, StringComparison.Ordinal);
        }

        Assert.Equal(InvitationEnd.Guessed, await invitation.Ended);
        Assert.Contains("over", (await Assert.ThrowsAsync<InvalidDataException>(() => JoinAsync(invitation, invitation.Code, "CAM_L"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invitation_ends_by_itself()
    {
        await using var invitation = await InviteAsync("CAM_L");
        time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(InvitationEnd.TimedOut, await invitation.Ended);
        await Assert.ThrowsAsync<InvalidDataException>(() => JoinAsync(invitation, invitation.Code, "CAM_L"));
    }

    [Fact]
    public async Task Whoever_stands_between_learns_no_code()
    {
        // An invitation of another rig, as an attacker would open it where the parent's machine calls.
        using var elsewhere = new TempFolder();
        var stranger = new TestTrust(elsewhere, time);
        await using var trap = await Invitation.OpenAsync(stranger.Authority, TestTrust.Identity("CAM_L"), 0, 8443, TimeSpan.FromMinutes(10), time, CancellationToken.None);
        await using var invitation = await InviteAsync("CAM_L");
        Assert.Contains("stands between", (await Assert.ThrowsAsync<InvalidDataException>(() => JoinAsync(trap, invitation.Code, "CAM_L"))).Message, StringComparison.Ordinal);
        Assert.False(rig.FolderOf("CAM_L").IsEnrolled);
    }

    [Fact]
    public async Task A_machine_of_one_rig_does_not_join_another_by_mistake()
    {
        rig.Of("CAM_L");
        using var elsewhere = new TempFolder();
        var other = new TestTrust(elsewhere, time);
        await using var invitation = await Invitation.OpenAsync(other.Authority, TestTrust.Identity("CAM_L"), 0, 8443, TimeSpan.FromMinutes(10), time, CancellationToken.None);
        Assert.Contains("another rig", (await Assert.ThrowsAsync<InvalidDataException>(() => JoinAsync(invitation, invitation.Code, "CAM_L"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_code_survives_how_people_type_it()
    {
        using var authority = rig.Authority.ReadAuthority();
        var code = InviteCode.For(authority);
        Assert.True(InviteCode.TryParse(code.ToString().ToLowerInvariant().Replace('-', ' ').Replace('1', 'l').Replace('0', 'o'), out var typed));
        Assert.Equal(code.ToString(), typed.ToString());
        Assert.Equal(8, code.ToString().Split('-').Length);
        Assert.True(typed.IsOf(authority));
        Assert.False(InviteCode.TryParse(code.ToString()[1..], out _));
        Assert.False(InviteCode.TryParse(code.ToString()[1..] + "U", out _));
    }

    [Fact]
    public async Task Files_enrol_where_there_is_no_network()
    {
        var (request, reply) = (folder.File("request.pem"), folder.File("reply"));
        Assert.Equal(0, (await RunAsync("CAM_R", "request", request)).Code);
        Assert.Equal(0, (await RunAsync("CAM_C", "sign", request, "CAM_R", reply)).Code);
        Assert.Equal(0, (await RunAsync("CAM_R", "accept", reply)).Code);
        Assert.Equal("CAM_R", TestTrust.Read(rig.FolderOf("CAM_R").Path, TimeProvider.System).Current!.Self.Name);
        Assert.Contains("camera CAM_R", (await RunAsync("CAM_R", "show")).Said, StringComparison.Ordinal);

        // The reply is for the key that asked, which is forgotten.
        Assert.Equal(1, (await RunAsync("CAM_R", "accept", reply)).Code);
        await RunAsync("CAM_X", "request", folder.File("other.pem"));
        Assert.Equal(1, (await RunAsync("CAM_X", "accept", reply)).Code);
    }

    [Fact]
    public async Task Who_belongs_to_the_rig_is_listed_and_shut_out_by_name()
    {
        rig.Of("CAM_L");
        Assert.Contains("CAM_L", (await RunAsync("CAM_C", "list")).Said, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("CAM_C", "revoke", "CAM_L")).Code);
        Assert.Contains("revoked", (await RunAsync("CAM_C", "list")).Said.Split('\n').Single(line => line.StartsWith("CAM_L", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(1, (await RunAsync("CAM_C", "revoke", "CAM_Q")).Code);
        Assert.Equal(1, (await RunAsync("CAM_L", "revoke", "CAM_C")).Code);
        Assert.Equal(0, (await RunAsync("CAM_C", "renew")).Code);
    }

    [Fact]
    public async Task Commands_open_the_door_and_go_through_it()
    {
        var port = Rig.Rehearsal.Demo.FreePort.Next();
        using var said = new Heard();
        var inviting = RunAsync(said, "CAM_C", "invite", "home", "--port", $"{port}");
        var code = await said.CodeAsync();
        Assert.Equal(0, (await RunAsync("home", "join", $"127.0.0.1:{port}", code)).Code);
        Assert.Equal(0, await inviting);
        Assert.Equal("home", TestTrust.Read(rig.FolderOf("home").Path, TimeProvider.System).Current!.Self.Name);
        Assert.Equal(1, (await RunAsync("CAM_L", "join", $"127.0.0.1:{port}", code)).Code);
    }

    private Task<Invitation> InviteAsync(string name) => Invitation.OpenAsync(rig.Authority, TestTrust.Identity(name), 0, 8443, TimeSpan.FromMinutes(10), time, CancellationToken.None);

    private Task<Rig.Hosting.Trust.Certificates.MachineIdentity> JoinAsync(Invitation invitation, InviteCode code, string machine) =>
        Joining.JoinAsync(rig.FolderOf(machine), $"127.0.0.1:{invitation.Port}", code, ["127.0.0.1"], CancellationToken.None);

    private async Task<(int Code, string Said)> RunAsync(string machine, params string[] arguments)
    {
        using var said = new StringWriter();
        return (await RunAsync(said, machine, arguments), said.ToString());
    }

    private Task<int> RunAsync(TextWriter said, string machine, params string[] arguments)
    {
        var identity = TestTrust.Identity(machine);
        var program = new TrustProgram("rig-test", identity, identity.Role, new TrustOptions { Directory = rig.FolderOf(machine).Path });
        return TrustCommand.Create(() => program).Parse(arguments).InvokeAsync(new System.CommandLine.InvocationConfiguration { Output = said, Error = said });
    }

    /// <summary>What a command prints while it runs.</summary>
    private sealed class Heard : StringWriter
    {
        private readonly TaskCompletionSource<string> code = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> CodeAsync() => code.Task;

        public override void WriteLine(string? value)
        {
            base.WriteLine(value);
            if (value?.Split(' ')[^1] is { Length: 47 } last)
            {
                code.TrySetResult(last);
            }
        }
    }
}
