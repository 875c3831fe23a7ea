using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Hosting.Configuration;

namespace Rig.Ingest.Storage;

public static class StorageSetup
{
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<StorageOptions>(StorageOptions.Section)
            .Validate(o => Path.IsPathFullyQualified(o.SessionsPath), "Rig:Storage:SessionsPath must be a full path, such as /data/soccer-rig/sessions.")
            .Validate(o => Path.IsPathFullyQualified(o.ProcessingPath), "Rig:Storage:ProcessingPath must be a full path, such as /data/soccer-rig/processing.")
            .Validate(o => Path.IsPathFullyQualified(o.TempPath), "Rig:Storage:TempPath must be a full path, such as /data/soccer-rig/temp.")
            .Validate(o => o.MinFreeSpaceGb is >= 0 and < 1_000_000, "Rig:Storage:MinFreeSpaceGb must be 0 or more.");
        services.AddRigOptions<DatabaseOptions>(DatabaseOptions.Section)
            .Validate(o => o.ConnectionString.Length > 0, "Rig:Database:ConnectionString is empty. Name the PostgreSQL database, such as Host=127.0.0.1;Username=rig;Password=...;Database=rig_ingest.");
        services.AddRigKey(CameraSet.Key).AddSingleton(CameraSet.FromConfiguration(configuration));
        services.AddSingleton(provider => NpgsqlDataSource.Create(provider.GetRequiredService<IOptions<DatabaseOptions>>().Value.ConnectionString));
        services.AddSingleton<SchemaGate>();
        services.AddSingleton<SessionLayout>();
        services.AddSingleton<SessionFiles>();
        services.AddSingleton<FreeSpace>();
        services.AddSingleton<TakeNotices>();
        services.AddSingleton<TakeDisk>();
        services.AddSingleton<IReceiptTable, ReceiptTable>();
        services.AddSingleton<TakeStore>();
        services.AddSingleton<ITakeLeases, TakeLeases>();
        services.AddSingleton<UploadStore>();
        services.AddSingleton<SessionVerification>();
        services.AddHostedService<StorageGate>();
        return services;
    }
}
