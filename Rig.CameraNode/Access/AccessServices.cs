using Microsoft.Extensions.Options;
using Rig.CameraNode.Settings;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Hosting.PeoplePort;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Access;

/// <summary>Who may touch this node: paired phones, and machines as the rig's trust says.</summary>
internal static class AccessServices
{
    public const string Unknown = "This phone is not paired with this camera. Open the camera's page and type its PIN.";

    public const string Forbidden = "Only an owner's phone may do that. An owner can change that on this camera's page, under Phones.";

    private const string PlainRemedy = "Use https:// with the same address and port, or set Rig:Node:PlainHttp=true on this camera, which is then shown as insecure.";

    public static IServiceCollection AddNodeAccess(this IServiceCollection services)
    {
        services.AddSingleton(s => new PairingFile(Folder(s), s.GetRequiredService<ILogger<PairingFile>>()));
        services.AddSingleton(s => new AuditLog(Folder(s), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<AuditLog>>()));
        services.AddSingleton<PairingDesk>();
        services.AddSingleton<ICallerReader, PairedPhoneReader>();
        services.AddSingleton<ICallerReader, PlainMachineReader>();
        return services.AddRigAccess(Unknown, Forbidden);
    }

    /// <summary>Before anything is answered, the pages too.</summary>
    public static void UseNodeGates(this WebApplication app)
    {
        var node = app.Services.GetRequiredService<IOptions<NodeOptions>>().Value;
        app.UseSecurityHeaders(pinHttps: false);
        app.UseHostGate(PageAddress.Names(node));
        app.UsePlainHttpGate(node.ServesPlain(app.Services.GetRequiredService<IOptions<TrustOptions>>().Value), PlainRemedy, PlainHttpGate.SamePort);
        app.UseOriginGate();
    }

    private static string Folder(IServiceProvider services) => PairingFile.FolderOf(services.GetRequiredService<IOptions<NodeOptions>>().Value.ConfigPath);
}
