using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Rig.Hosting.Access;
using Rig.Hosting.Accounts;
using Rig.Ingest.Accounts;

namespace Rig.Tests.Ingest;

/// <summary>Accounts of a home server under test, and clients that are signed in.</summary>
internal static class IngestPeople
{
    public const string Owner = "Ann";
    public const string Member = "Ben";
    public const string Password = "correct horse battery";

    /// <summary>Hashed once: each hash takes as long as it should.</summary>
    private static readonly Lazy<string> PasswordHash = new(() => new PasswordCheck(Microsoft.Extensions.Options.Options.Create(new Microsoft.AspNetCore.Identity.PasswordHasherOptions())).Hash(Password));

    /// <summary>With <see cref="Password"/>, unless it is there already.</summary>
    public static async Task<Account> AccountAsync(IServiceProvider services, string name, string role)
    {
        var accounts = services.GetRequiredService<AccountTable>();
        Assert.True(AccountName.TryParse(name, out var parsed));
        return await accounts.FindAsync(parsed, deviceSha256: "", CancellationToken.None) is { } known
            ? known.Account
            : await accounts.AddAsync(parsed, role, PasswordHash.Value, CancellationToken.None);
    }

    /// <returns>The header <c>Cookie</c> of a browser that is signed in as this person.</returns>
    public static async Task<string> CookieAsync(IServiceProvider services, string name = Owner, string role = Roles.Owner)
    {
        var account = await AccountAsync(services, name, role);
        var key = await services.GetRequiredService<AccountSessions>().StartAsync(account.Id, "a test", SessionKey.IdOf(SessionKey.New()), CancellationToken.None);
        return $"{AccountCookies.Session}={key}";
    }

    /// <summary>Signed in everywhere but where only programs come: those routes take no person.</summary>
    public static HttpClient Client(Uri address, string cookie) => new(new SignedIn(cookie)) { BaseAddress = address };

    /// <summary>A browser's jar of cookies, and nobody signed in.</summary>
    public static HttpClient Browser(Uri address, out CookieContainer cookies) =>
        new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = cookies = new CookieContainer() }) { BaseAddress = address };

    private sealed class SignedIn(string cookie) : DelegatingHandler(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
    {
        private static readonly string[] ProgramsOwn = ["/api/v1/upload", "/api/upload", "/api/session/"];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!ProgramsOwn.Any(path => request.RequestUri!.AbsolutePath.StartsWith(path, StringComparison.OrdinalIgnoreCase)))
            {
                request.Headers.TryAddWithoutValidation("Cookie", cookie);
            }

            return base.SendAsync(request, cancellationToken);
        }
    }
}
