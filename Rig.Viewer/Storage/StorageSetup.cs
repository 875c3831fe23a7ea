using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;

namespace Rig.Viewer.Storage;

internal static class StorageSetup
{
    public static void AddStorage(this IServiceCollection services)
    {
        services.AddRigOptions<DatabaseOptions>(DatabaseOptions.Section)
            .Validate(options => options.ConnectionString.Length > 0, "Rig:Database:ConnectionString is empty; set it to the PostgreSQL database of the viewer.");
        services.AddDbContext<ViewerDb>((provider, options) =>
            options.UseNpgsql(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString));
        services.AddScoped<Migrator>();
        services.AddSingleton<SchemaGate>();
        services.AddHostedService(provider => provider.GetRequiredService<SchemaGate>());
    }
}
