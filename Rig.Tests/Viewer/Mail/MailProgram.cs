using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Rig.Hosting.Configuration;
using Rig.Viewer.Mail;
using Rig.Viewer.Settings;
using Rig.Viewer.Storage;
using ServiceProvider = Microsoft.Extensions.DependencyInjection.ServiceProvider;

namespace Rig.Tests.Viewer.Mail;

/// <summary>What of the viewer sends mail, by a clock of the test's own and without the worker that looks for it.</summary>
internal sealed class MailProgram(string connectionString, int smtpPort, FakeTimeProvider clock, string keysPath, string tls = "None") : IAsyncDisposable
{
    private readonly ServiceProvider services = Build(connectionString, smtpPort, clock, keysPath, tls);

    public MailDelivery Delivery => services.GetRequiredService<MailDelivery>();

    public async Task DrainAsync()
    {
        await InScopeAsync(scope => scope.GetRequiredService<MailQueue>().FindAbandonedAsync(CancellationToken.None));
        await Delivery.DrainAsync(CancellationToken.None);
    }

    public async Task InScopeAsync(Func<IServiceProvider, Task> run)
    {
        await using var scope = services.CreateAsyncScope();
        await run(scope.ServiceProvider);
    }

    public Task UpgradeAsync() => InScopeAsync(scope => scope.GetRequiredService<Migrator>().UpgradeAsync(CancellationToken.None));

    public Task AddAsync(string name = "Zoë Müller") => InScopeAsync(async scope =>
    {
        scope.GetRequiredService<MailOutbox>().Add(
            MailKind.GameReady, new MailRecipient(null, "ann@example.org", name), MailText.Of("Größe <1>", ["Hello <b>"], ("Watch", "https://games.example.org/games/1"), "why"));
        await scope.GetRequiredService<ViewerDb>().SaveChangesAsync();
    });

    public async Task<IReadOnlyList<OutgoingMail>> RowsAsync()
    {
        IReadOnlyList<OutgoingMail> rows = [];
        await InScopeAsync(async scope => rows = await scope.GetRequiredService<ViewerDb>().OutgoingMails.AsNoTracking().OrderBy(mail => mail.Id).ToListAsync());
        return rows;
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    private static ServiceProvider Build(string connectionString, int smtpPort, FakeTimeProvider clock, string keysPath, string tls)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Rig:Database:ConnectionString"] = connectionString,
            ["Rig:Viewer:PublicUrl"] = "https://games.example.org",
            ["Rig:Mail:Host"] = "127.0.0.1",
            ["Rig:Mail:Port"] = $"{smtpPort}",
            ["Rig:Mail:Tls"] = tls,
            ["Rig:Mail:FromAddress"] = "games@club.example",
        };
        var collection = new ServiceCollection();
        collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        collection.AddLogging();
        collection.AddSingleton<TimeProvider>(clock);
        collection.AddDataProtection().PersistKeysToFileSystem(new DirectoryInfo(keysPath)).SetApplicationName("rig-viewer");
        collection.AddRigOptions<ViewerOptions>(ViewerOptions.Section);
        collection.AddStorage();
        collection.AddMail();
        return collection.BuildServiceProvider();
    }
}
