using Microsoft.AspNetCore.Identity;
using Rig.Hosting.Accounts;
using Rig.Hosting.Http;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Accounts.SignIn;

/// <param name="Wait">How long this place has to wait before the next try counts; zero when it need not.</param>
internal sealed record SignInOutcome(bool Succeeded, TimeSpan Wait);

/// <summary>
/// Signs in by e-mail and password. Whatever the reason for a refusal, the same is done before it: one question to the database and
/// one password hash, so that its time tells nobody which addresses have an account. Rig.Bench measures it (<c>sign-in-timing</c>).
/// </summary>
internal sealed class PasswordSignIn(
    SignInManager<User> signIn, SessionRegistry sessions, SignInThrottle throttle, DeviceCookie device, PasswordCheck passwords, TimeProvider clock)
{
    private const int MaxEmailLength = 256;

    public async Task<SignInOutcome> TryAsync(HttpContext context, string? email, string? password, bool staySignedIn)
    {
        var users = signIn.UserManager;
        var name = users.NormalizeEmail(email);
        if (string.IsNullOrEmpty(name) || name.Length > MaxEmailLength || name.Any(char.IsControl) || string.IsNullOrEmpty(password) || password.Length > PasswordCheck.MaxLength)
        {
            return new SignInOutcome(false, TimeSpan.Zero);
        }

        var user = await users.FindByEmailAsync(name);
        var source = new SignInSource(name, Place(context, user));
        var wait = throttle.Begin(source);
        var isRight = user?.PasswordHash is not null ? await users.CheckPasswordAsync(user, password) : passwords.IsRight(hash: null, password);
        if (wait > TimeSpan.Zero || user?.PasswordHash is null || !isRight || !await signIn.CanSignInAsync(user) || await users.IsLockedOutAsync(user))
        {
            return new SignInOutcome(false, wait);
        }

        throttle.Succeeded(source);
        await StartSessionAsync(context, user, staySignedIn);
        return new SignInOutcome(true, TimeSpan.Zero);
    }

    private async Task StartSessionAsync(HttpContext context, User user, bool staySignedIn)
    {
        if (await SessionCookie.KeyAsync(context) is { } before)
        {
            await sessions.EndAsync(before, context.RequestAborted);
        }

        var key = await sessions.StartAsync(user.Id, context.Request.Headers.UserAgent.ToString(), context.RequestAborted);
        await signIn.SignInAsync(user, SessionCookie.Properties(key, staySignedIn), IdentityConstants.ApplicationScheme);
        device.Write(context, user.Id);
        user.LastLogin = clock.GetUtcNow();
        await signIn.UserManager.UpdateAsync(user);
    }

    private string Place(HttpContext context, User? user) =>
        user is not null && device.Read(context.Request, user.Id) is { } nonce ? $"device {nonce}" : $"network {ClientPartition.NetworkOf(context.Connection.RemoteIpAddress)}";
}
