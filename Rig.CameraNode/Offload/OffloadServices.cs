using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;
using Rig.CameraNode.Storage;
using Rig.Hosting.Configuration;

namespace Rig.CameraNode.Offload;

internal static class OffloadServices
{
    /// <summary>Push offload; section <c>Rig:Offload</c>.</summary>
    internal static IServiceCollection AddOffload(this IServiceCollection services)
    {
        services.AddChecked<OffloadOptions>(OffloadOptions.Section, o => o.Errors());
        services.TryAddSingleton<IRecordingFiles, PosixRecordingFiles>();
        services.AddSingleton<UploadLocations>();
        services.AddSingleton<ResumableUploads>();
        services.AddSingleton<IOffloadServer, OffloadServer>();
        services.AddSingleton<IOffloadJournal, OffloadJournal>();
        services.AddSingleton(s =>
        {
            var options = s.GetRequiredService<IOptionsMonitor<OffloadOptions>>();
            var node = s.GetRequiredService<PublishedNode>();
            return new OffloadActorPorts(
                s.GetRequiredService<IOffloadServer>(), s.GetRequiredService<RecordingCatalogue>(), s.GetRequiredService<IOffloadJournal>(),
                () => options.CurrentValue, () => node.IsRecording, () => Guid.NewGuid().ToString("N"), s.GetRequiredService<TimeProvider>());
        });
        return services;
    }
}
