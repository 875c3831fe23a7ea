using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Modes;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Hosting.Configuration;

namespace Rig.CameraNode.Cameras;

/// <summary>How the capture process is started.</summary>
internal sealed record CaptureCommandLine(IReadOnlyList<string> Arguments);

internal static class CameraServices
{
    /// <summary>
    /// Registers <see cref="ICaptureLauncher"/>; section <c>Rig:Camera</c> and the key
    /// <c>Rig:Node:CameraId</c>. Needs <see cref="StorageServices.AddRecordingStorage"/>.
    /// </summary>
    internal static IServiceCollection AddCamera(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<CameraOptions>(CameraOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CameraOptions>, CameraOptionsValidator>());
        var text = configuration["Rig:Node:CameraId"];
        services.AddSingleton(CameraId.TryParse(text, out var id)
            ? new CameraIdentity(id)
            : throw new OptionsValidationException("Rig:Node", typeof(CameraIdentity), [$"Rig:Node:CameraId is '{text}'; set it to CAM_L, CAM_C or CAM_R."]));
        services.TryAddSingleton(s => new CaptureCommandLine(
            s.GetRequiredService<IOptions<CameraOptions>>().Value.CaptureProgramPath() is { } program ? [program, "capture"] : CaptureProcess.OwnCommand()));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<PreviewFeed>();
        services.AddSingleton<CaptureLauncher>();
        services.AddSingleton<ICaptureLauncher>(s => s.GetRequiredService<CaptureLauncher>());
        return services;
    }
}
