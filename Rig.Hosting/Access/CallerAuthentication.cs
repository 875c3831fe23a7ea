using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Rig.Hosting.Access;

/// <summary>Asks the program's <see cref="ICallerReader"/>s in the order of their registration; the first that knows the caller counts.</summary>
internal sealed class CallerAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IEnumerable<ICallerReader> readers)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public new const string Scheme = "Rig";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        foreach (var reader in readers)
        {
            if (await reader.ReadAsync(Context) is { } caller)
            {
                return AuthenticateResult.Success(new AuthenticationTicket(caller.ToPrincipal(), Scheme));
            }
        }

        return AuthenticateResult.NoResult();
    }
}
