using System.Security.Claims;

namespace Rig.Hosting.Access;

/// <summary>Who sent a request.</summary>
/// <param name="Name">Of the device, account or machine, as the audit log names it; never a secret.</param>
/// <param name="Roles">Of <see cref="Access.Roles"/>.</param>
public sealed record Caller(string Name, params IReadOnlyList<string> Roles)
{
    internal ClaimsPrincipal ToPrincipal() =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, Name), .. Roles.Select(role => new Claim(ClaimTypes.Role, role))], CallerAuthentication.Scheme));
}
