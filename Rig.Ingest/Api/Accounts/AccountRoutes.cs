using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Ingest.Accounts;
using Rig.Ingest.Security;

namespace Rig.Ingest.Api;

/// <summary>Signing in and out. Accounts themselves are made on the command line alone.</summary>
internal static class AccountRoutes
{
    /// <summary>One sentence for every failure: nobody learns which names have an account.</summary>
    private const string Refused = "That name and password do not go together. After five wrong tries the next ones have to wait, longer each time.";

    public static void MapAccounts(this WebApplication app)
    {
        app.MapGetAndHead("/api/v1/sign-in", async (AccountTable accounts, CancellationToken cancellationToken) =>
            TypedResults.Ok(new SignInReply(await accounts.HasAnyAsync(cancellationToken)))).AllowEverybody();
        app.MapPost("/api/v1/sign-in", SignInAsync).AllowEverybody().RequireRateLimiting(Gates.SignInLimit)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status429TooManyRequests);
        app.MapGetAndHead("/api/v1/me", (ClaimsPrincipal person) => TypedResults.Ok(new AccountReply(
            person.Identity!.Name!, person.FindFirstValue(ClaimTypes.Role)!))).Allow(Roles.Owner, Roles.Member);
        app.MapPost("/api/v1/sign-out", (HttpContext context, AccountSessions sessions) => EndAsync(context, sessions.EndAsync)).Allow(Roles.Owner, Roles.Member).RefuseOtherSites();
        app.MapPost("/api/v1/sign-out/everywhere", (HttpContext context, AccountSessions sessions) => EndAsync(context, sessions.EndAllAsync)).Allow(Roles.Owner, Roles.Member).RefuseOtherSites();
    }

    private static async Task<Ok<AccountReply>> SignInAsync(HttpContext context, PasswordSignIn signIn)
    {
        var body = await RequestBody.ReadObjectAsync(context.Request, context.RequestAborted);
        var stay = body.TryGetProperty("stay_signed_in", out var wanted) && wanted.ValueKind == JsonValueKind.True;
        var outcome = await signIn.TryAsync(context, body.Text("name"), body.Text("password"), stay);
        if (outcome.Account is { } account)
        {
            return TypedResults.Ok(new AccountReply(account.Name, account.Role));
        }

        if (outcome.Wait > TimeSpan.Zero)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(outcome.Wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            throw new ApiException(StatusCodes.Status429TooManyRequests, $"There were too many wrong tries from here. Wait {Words(outcome.Wait)}, then try again.");
        }

        throw new ApiException(StatusCodes.Status401Unauthorized, Refused);
    }

    private static async Task<NoContent> EndAsync(HttpContext context, Func<string, CancellationToken, Task> end)
    {
        if (AccountCookies.SessionKeyOf(context.Request) is { } key)
        {
            await end(key, context.RequestAborted);
        }

        AccountCookies.RemoveSession(context);
        return TypedResults.NoContent();
    }

    private static string Words(TimeSpan wait) => wait.TotalSeconds <= 60 ? "a minute" : string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(wait.TotalMinutes):0} minutes");
}
