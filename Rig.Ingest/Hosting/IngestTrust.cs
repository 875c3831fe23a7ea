using System.CommandLine;
using Microsoft.Extensions.Options;
using Rig.Actors.Membership;
using Rig.Hosting.Trust;
using Rig.Hosting.Trust.Certificates;
using Rig.Hosting.Trust.Enrolment;
using Rig.Ingest.Settings;

namespace Rig.Ingest.Hosting;

/// <summary>What keeps the home server from starting because of who it is, or is not, in the rig.</summary>
internal static class IngestTrust
{
    /// <summary>The trust folder unless the configuration names another.</summary>
    public const string Folder = "/data/soccer-rig/trust";

    /// <summary><c>rig-ingest trust ...</c>.</summary>
    public static Task<int> CommandAsync(string[] args) =>
        new RootCommand("The home server of Rig.") { TrustCommand.Create(Program) }.Parse(args).InvokeAsync();

    public static IEnumerable<string> Errors(IServiceProvider services, TrustOptions trust)
    {
        var server = services.GetRequiredService<IOptions<ServerOptions>>().Value;
        var folder = new TrustFolder(trust.Directory);
        if (server.ClusterHost.Length > 0 && ClusterTls.Refusal(folder.IsEnrolled, trust.AllowPlainMachines, server.ClusterHost, "rig-ingest trust join") is { } refusal)
        {
            yield return refusal;
        }

        if (folder.IsEnrolled && MachineIdentity.Of(folder.ReadMachine()) is var self && self?.Role != MachineRole.Server)
        {
            yield return $"This machine is enrolled as {self} and not as a home server. Enrol it again under a server's name, such as 'home'.";
        }
    }

    private static TrustProgram Program()
    {
        var trust = new TrustOptions { Directory = Folder };
        WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }).Configuration.GetSection(TrustOptions.Section).Bind(trust);
        return new TrustProgram("rig-ingest", new MachineIdentity(MachineRole.Server, "home"), MachineRole.Server, trust);
    }
}
