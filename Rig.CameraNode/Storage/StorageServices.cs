using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;

namespace Rig.CameraNode.Storage;

internal static class StorageServices
{
    /// <summary>Registers <see cref="IRecordingCatalogue"/> with recovery and retention; section <c>Rig:Storage</c>.</summary>
    internal static IServiceCollection AddRecordingStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection(StorageOptions.Section), b => b.ErrorOnUnknownConfiguration = true).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRecordingFiles, PosixRecordingFiles>();
        services.AddSingleton<RecordingCatalogue>();
        services.AddSingleton<IRecordingCatalogue>(s => s.GetRequiredService<RecordingCatalogue>());
        services.AddHostedService<StorageLock>();
        services.AddHostedService<TakeRecovery>();
        services.AddHostedService<StorageKeeper>();
        return services;
    }
}
