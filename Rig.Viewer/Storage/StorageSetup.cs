using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Rig.Viewer.Storage;

internal static class StorageSetup
{
    public static void AddStorage(this IServiceCollection services)
    {
        services.AddOptions<DatabaseOptions>()
            .BindConfiguration(DatabaseOptions.Section, binder => binder.ErrorOnUnknownConfiguration = true)
            .Validate(options => options.ConnectionString.Length > 0, "Rig:Database:ConnectionString is empty; set it to the PostgreSQL database of the viewer.")
            .ValidateOnStart();
        services.AddDbContext<ViewerDb>((provider, options) =>
            options.UseNpgsql(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString));
        services.AddScoped<Migrator>();
        services.AddSingleton<SchemaGate>();
        services.AddHostedService(provider => provider.GetRequiredService<SchemaGate>());
    }
}
