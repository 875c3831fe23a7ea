using Rig.Hosting.Access;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Access;

/// <summary>
/// Believes a machine without a certificate what it says of itself, where <c>Rig:Trust:AllowPlainMachines</c> allows that. A page of
/// another site cannot make a browser send the header without asking first, and no node says yes to that.
/// </summary>
internal sealed class PlainMachineReader(RigTrust trust) : ICallerReader
{
    public ValueTask<Caller?> ReadAsync(HttpContext context)
    {
        var role = context.Request.Headers[MachineHttp.PlainMachineHeader].ToString();
        return ValueTask.FromResult(trust.AllowsPlain && role is (Roles.Node or Roles.Server)
            ? new Caller($"{role} at {context.Connection.RemoteIpAddress}, without certificate", role)
            : null);
    }
}
