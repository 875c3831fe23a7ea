using Rig.Hosting.Access;
using Rig.Hosting.Accounts;

namespace Rig.Ingest.Accounts;

internal static class AccountsSetup
{
    /// <summary>First of the readers: a browser that shows a certificate as well is still its person.</summary>
    public static IServiceCollection AddAccounts(this IServiceCollection services) => services
        .AddSingleton<AccountTable>()
        .AddSingleton<AccountSessions>()
        .AddSingleton<PasswordCheck>()
        .AddSingleton(provider => new SignInThrottle(provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<PasswordSignIn>()
        .AddSingleton<ICallerReader, AccountReader>();
}
