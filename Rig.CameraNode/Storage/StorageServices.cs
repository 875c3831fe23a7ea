using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Modes;
using Rig.Hosting.Configuration;

namespace Rig.CameraNode.Storage;

internal static class StorageServices
{
    /// <summary>Registers what the storage actor works with, <see cref="StoragePorts"/>, and the recovery of unsealed takes; section <c>Rig:Storage</c>.</summary>
    internal static IServiceCollection AddRecordingStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<StorageOptions>(StorageOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IRecordingFiles, PosixRecordingFiles>();
        services.AddSingleton<RecordingDisk>();
        services.AddSingleton<SealedTakes>();
        services.AddSingleton(s =>
        {
            var (disk, settings) = (s.GetRequiredService<RecordingDisk>(), s.GetRequiredService<IOptions<StorageOptions>>().Value.ToSettings(s.GetRequiredService<IOptions<CameraOptions>>().Value));
            return new StoragePorts(disk, settings, new RecordingCatalogue(disk, settings), s.GetRequiredService<SealedTakes>(), s.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton<ISessionNoteFile, SessionNoteFile>();
        services.AddHostedService<StorageLock>();
        services.AddHostedService<TakeRecovery>();
        return services;
    }
}
