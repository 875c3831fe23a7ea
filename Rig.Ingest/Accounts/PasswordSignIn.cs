using Rig.Hosting.Accounts;
using Rig.Hosting.Http;

namespace Rig.Ingest.Accounts;

/// <param name="Account">Null when it was refused.</param>
/// <param name="Wait">How long this place has to wait before the next try counts; zero when it need not.</param>
internal sealed record SignInOutcome(Account? Account, TimeSpan Wait);

/// <summary>
/// Signs in by name and password. Whatever the reason for a refusal, the same is done before it: one question to the database and
/// one password hash. Rig.Bench measures it (<c>sign-in-timing</c>).
/// </summary>
internal sealed class PasswordSignIn(AccountTable accounts, AccountSessions sessions, SignInThrottle throttle, PasswordCheck passwords, ILogger<PasswordSignIn> log)
{
    public async Task<SignInOutcome> TryAsync(HttpContext context, string? name, string? password, bool staySignedIn)
    {
        if (!AccountName.TryParse(name, out var typed) || password is not { Length: > 0 and <= PasswordCheck.MaxLength })
        {
            return new SignInOutcome(null, TimeSpan.Zero);
        }

        var network = ClientPartition.NetworkOf(context.Connection.RemoteIpAddress);
        var deviceKey = AccountCookies.DeviceKeyOf(context.Request);
        var device = SessionKey.IdOf(deviceKey);
        var found = await accounts.FindAsync(typed, device, context.RequestAborted);
        var source = new SignInSource(typed.Key, found is { KnowsDevice: true } ? $"device {device}" : $"network {network}");
        var wait = throttle.Begin(source);
        var isRight = passwords.IsRight(found?.PasswordHash, password);
        if (wait > TimeSpan.Zero || found is null || !isRight)
        {
            log.LogWarning("A sign-in from {Network} was refused", network);
            return new SignInOutcome(null, wait);
        }

        throttle.Succeeded(source);
        await StartSessionAsync(context, found.Account, deviceKey, device, staySignedIn);
        log.LogInformation("{Account} signed in from {Network}", found.Account.Name, network);
        return new SignInOutcome(found.Account, TimeSpan.Zero);
    }

    /// <summary>A new session, and the end of the one that the browser came with: nobody plants one of his own there.</summary>
    private async Task StartSessionAsync(HttpContext context, Account account, string deviceKey, string deviceSha256, bool staySignedIn)
    {
        if (AccountCookies.SessionKeyOf(context.Request) is { } before)
        {
            await sessions.EndAsync(before, context.RequestAborted);
        }

        var key = await sessions.StartAsync(account.Id, context.Request.Headers.UserAgent.ToString(), deviceSha256, context.RequestAborted);
        AccountCookies.WriteSession(context, key, staySignedIn);
        AccountCookies.WriteDevice(context, deviceKey);
    }
}
