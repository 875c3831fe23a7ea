using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Certificates;
using Rig.Hosting.Trust.Enrolment;

namespace Rig.Tests.Support;

/// <summary>Machines of a rig with an authority of its own, each with a trust folder below a test's.</summary>
internal sealed class TestTrust
{
    private readonly TempFolder folder;
    private readonly TimeProvider time;

    /// <param name="time">The authority's clock and, unless a machine is read with another, the machines'.</param>
    public TestTrust(TempFolder folder, TimeProvider? time = null, string authority = "CAM_C")
    {
        (this.folder, this.time) = (folder, time ?? TimeProvider.System);
        Authority = FolderOf(authority);
        Issuing = new Issuing(Authority, this.time);
        Issuing.Begin(Identity(authority), ["127.0.0.1", "localhost"]);
    }

    /// <summary>A machine that is not enrolled, and believes machines without certificates.</summary>
    public static RigTrust Plain { get; } = Read("/nowhere", TimeProvider.System, allowPlain: true);

    /// <summary>A machine that is not enrolled, and believes nobody.</summary>
    public static RigTrust Nobody { get; } = Read("/nowhere", TimeProvider.System);

    public TrustFolder Authority { get; }

    public Issuing Issuing { get; }

    public static MachineIdentity Identity(string name) => MachineIdentity.TryParse(name, out var identity) ? identity : throw new ArgumentException(name);

    public static RigTrust Read(string directory, TimeProvider time, bool allowPlain = false, int port = 0) =>
        new(Options.Create(new TrustOptions { Directory = directory, AllowPlainMachines = allowPlain, MachinePort = port }), time, NullLogger<RigTrust>.Instance);

    public TrustFolder FolderOf(string name) => new(folder.File("trust-of-" + name));

    /// <summary>The machine, enrolled the first time it is asked for.</summary>
    public RigTrust Of(string name, int port = 0)
    {
        if (!FolderOf(name).IsEnrolled)
        {
            EnrolmentFiles.Enrol(Authority, FolderOf(name), Identity(name), authorityUrl: null, ["127.0.0.1", "localhost"], time);
        }

        return Read(FolderOf(name).Path, time, port: port);
    }

    /// <summary>Brings the newest list of revoked certificates to a machine, as it comes over the network.</summary>
    public void Tell(RigTrust machine) => machine.Take(File.ReadAllBytes(Authority.RevokedFile));
}
