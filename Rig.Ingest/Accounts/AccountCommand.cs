using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Rig.Hosting.Access;
using Rig.Hosting.Accounts;
using Rig.Ingest.Storage;
using ServiceProvider = Microsoft.Extensions.DependencyInjection.ServiceProvider;

namespace Rig.Ingest.Accounts;

/// <summary><c>rig-ingest account ...</c>: the only way to make an account, and it needs hands on the machine.</summary>
internal static class AccountCommand
{
    public const string Usage = """
        rig-ingest account add NAME [--owner]     lets a person in who watches, or with --owner one who also steers
        rig-ingest account list                   who may sign in
        rig-ingest account role NAME owner        makes an owner of a member; 'member' takes it back
        rig-ingest account password NAME          gives a new password and signs the person out everywhere
        rig-ingest account remove NAME            shuts a person out at once
        """;

    private const string OwnerOption = "--owner";

    /// <param name="args">What follows <c>account</c>: words, <c>--owner</c> and settings.</param>
    /// <returns>The exit code: 2 for bad usage.</returns>
    /// <exception cref="AccountException">Refused, with a sentence.</exception>
    public static async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var words = args.TakeWhile(arg => !arg.StartsWith('-')).ToArray();
        var asOwner = args.Contains(OwnerOption);
        string[] settings = [.. args.Skip(words.Length).Where(arg => arg != OwnerOption)];
        Func<AccountTable, Task>? run = (words, asOwner) switch
        {
            (["add", var name], _) => accounts => AddAsync(accounts, Name(name), asOwner ? Roles.Owner : Roles.Member, cancellationToken),
            (["list"], false) => accounts => ListAsync(accounts, cancellationToken),
            (["role", var name, Roles.Owner or Roles.Member], false) => accounts => SetRoleAsync(accounts, Name(name), words[2], cancellationToken),
            (["password", var name], false) => accounts => SetPasswordAsync(accounts, Name(name), cancellationToken),
            (["remove", var name], false) => accounts => RemoveAsync(accounts, Name(name), cancellationToken),
            _ => null,
        };
        if (run is null)
        {
            await Console.Error.WriteLineAsync("rig-ingest: an account is handled by one of:\n" + Usage);
            return 2;
        }

        await using var services = await OpenAsync(settings, cancellationToken);
        await run(services.GetRequiredService<AccountTable>());
        return 0;
    }

    private static async Task AddAsync(AccountTable accounts, AccountName name, string role, CancellationToken cancellationToken)
    {
        await accounts.AddAsync(name, role, await HashAsync(name), cancellationToken);
        Console.WriteLine($"{name} may sign in as {role}.");
    }

    private static async Task SetRoleAsync(AccountTable accounts, AccountName name, string role, CancellationToken cancellationToken)
    {
        await accounts.SetRoleAsync(name, role, cancellationToken);
        Console.WriteLine($"{name} is {role} now.");
    }

    private static async Task SetPasswordAsync(AccountTable accounts, AccountName name, CancellationToken cancellationToken)
    {
        await accounts.SetPasswordAsync(name, await HashAsync(name), cancellationToken);
        Console.WriteLine($"{name} has a new password and is signed out everywhere.");
    }

    private static async Task RemoveAsync(AccountTable accounts, AccountName name, CancellationToken cancellationToken)
    {
        await accounts.RemoveAsync(name, cancellationToken);
        Console.WriteLine($"{name} is shut out.");
    }

    private static async Task ListAsync(AccountTable accounts, CancellationToken cancellationToken)
    {
        var lines = await accounts.ListAsync(cancellationToken);
        foreach (var line in lines)
        {
            var seen = line.LastSeenAt is { } at ? string.Create(CultureInfo.InvariantCulture, $", last used {at:yyyy-MM-dd HH:mm} UTC") : "";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line.Name}\t{line.Role}\t{line.Sessions} signed in{seen}"));
        }

        if (lines.Count == 0)
        {
            Console.WriteLine("Nobody may sign in. Make the first account with: rig-ingest account add NAME --owner");
        }
    }

    /// <summary>The server's own database, at this program's schema.</summary>
    private static async Task<ServiceProvider> OpenAsync(string[] settings, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = settings, ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddStorage(builder.Configuration);
        builder.Services.AddAccounts();
        var services = builder.Services.BuildServiceProvider();
        var schema = services.GetRequiredService<SchemaGate>();
        if (services.GetRequiredService<IOptions<DatabaseOptions>>().Value.AutoUpgrade)
        {
            await schema.UpgradeAsync(cancellationToken);
        }

        await schema.CheckAsync(cancellationToken);
        return services;
    }

    private static async Task<string> HashAsync(AccountName name)
    {
        var password = await PasswordPrompt.ReadAsync(name);
        return new PasswordCheck(Options.Create(new PasswordHasherOptions())).Hash(password);
    }

    private static AccountName Name(string text) => AccountName.TryParse(text, out var name) ? name : throw new AccountException(AccountName.Rule);
}
