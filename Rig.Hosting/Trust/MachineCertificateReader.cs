using Microsoft.AspNetCore.Http;
using Rig.Hosting.Access;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust;

/// <summary>
/// Knows nodes and servers by their certificates. Only the machine port asks for any. A certificate that was revoked while its
/// connection stood is refused at the next request.
/// </summary>
public sealed class MachineCertificateReader(RigTrust trust) : ICallerReader
{
    public ValueTask<Caller?> ReadAsync(HttpContext context) => ValueTask.FromResult(
        context.Connection.ClientCertificate is { } shown && trust.Identify(shown, out _) is { } machine
            ? new Caller(machine.Name, machine.Role == MachineRole.Node ? Roles.Node : Roles.Server)
            : null);
}
