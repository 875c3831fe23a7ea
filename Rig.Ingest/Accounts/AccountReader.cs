using Microsoft.AspNetCore.Authorization;
using Npgsql;
using Rig.Hosting.Access;
using Rig.Hosting.Http;

namespace Rig.Ingest.Accounts;

/// <summary>A person by the session that the browser's cookie names; its role as it is now, not as it was at sign-in.</summary>
internal sealed class AccountReader(AccountSessions sessions) : ICallerReader
{
    public async ValueTask<Caller?> ReadAsync(HttpContext context)
    {
        if (AccountCookies.SessionKeyOf(context.Request) is not { } key)
        {
            return null;
        }

        try
        {
            return await sessions.FindAsync(key, context.RequestAborted) is { } account ? new Caller(account.Name, account.Role) : null;
        }
        catch (NpgsqlException)
        {
            // What is open to everybody says so by itself, above all the state of health.
            return context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null
                ? null
                : throw new ApiException(StatusCodes.Status503ServiceUnavailable, "The database does not answer, so nobody can be recognised. Start PostgreSQL.");
        }
    }
}
