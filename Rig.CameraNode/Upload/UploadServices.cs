using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;
using Rig.CameraNode.Storage;
using Rig.Hosting.Configuration;

namespace Rig.CameraNode.Upload;

internal static class UploadServices
{
    /// <summary>Uploads to the home server; section <c>Rig:Offload</c>.</summary>
    internal static IServiceCollection AddUpload(this IServiceCollection services)
    {
        services.AddChecked<UploadOptions>(UploadOptions.Section, o => o.Errors());
        services.TryAddSingleton<IRecordingFiles, PosixRecordingFiles>();
        services.AddSingleton<UploadKeyServer>();
        services.AddSingleton<UploadLocations>();
        services.AddSingleton<ResumableUploads>();
        services.AddSingleton<IUploadServer, UploadServer>();
        services.AddSingleton<IUploadJournal, UploadJournal>();
        services.AddSingleton(s =>
        {
            var options = s.GetRequiredService<IOptionsMonitor<UploadOptions>>();
            var node = s.GetRequiredService<PublishedNode>();
            return new UploadActorPorts(
                s.GetRequiredService<IUploadServer>(), s.GetRequiredService<RecordingCatalogue>(), s.GetRequiredService<IUploadJournal>(),
                () => options.CurrentValue, () => node.IsRecording, () => Guid.NewGuid().ToString("N"), s.GetRequiredService<TimeProvider>());
        });
        return services;
    }
}
