using Microsoft.Extensions.Options;
using Rig.Hosting.Access;
using Rig.Hosting.Configuration;

namespace Rig.Ingest.Frames;

internal static class FramesSetup
{
    public static IServiceCollection AddFrames(this IServiceCollection services)
    {
        services.AddRigOptions<FrameOptions>(FrameOptions.Section);
        services.AddSingleton<IValidateOptions<FrameOptions>, OptionsValidator>();
        services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, FramesJson.Default);
            options.SerializerOptions.TypeInfoResolverChain.Insert(1, Domain.Frames.FrameJson.Default);
        });
        return services
            .AddSingleton<DeviceTable>()
            .AddSingleton<UsedSignatures>()
            .AddSingleton<DeviceLimits>()
            .AddSingleton<SettingTable>()
            .AddSingleton<ICallerReader, DeviceReader>()
            .AddSingleton<FrameFiles>()
            .AddSingleton<CaptureTable>()
            .AddSingleton<FrameNotices>()
            .AddSingleton<FrameCounters>()
            .AddSingleton<FrameStore>()
            .AddHostedService(provider => provider.GetRequiredService<FrameStore>())
            .AddSingleton<JobQueue>()
            .AddSingleton<AnalysisTable>()
            .AddSingleton<EventPictures>()
            .AddSingleton<EventTable>()
            .AddSingleton<IPresenceDetector, NoPresenceDetector>()
            .AddSingleton<FrameAnalysis>()
            .AddSingleton<FrameBoard>()
            .AddSingleton<FrameMetrics>()
            .AddSingleton<FrameRetention>()
            .AddHostedService(provider => provider.GetRequiredService<FrameRetention>());
    }

    public static void MapFrames(this WebApplication app)
    {
        app.MapFrameDevices();
        app.MapFrameAdmin();
        app.Services.GetRequiredService<FrameMetrics>();
    }

    private sealed class OptionsValidator : IValidateOptions<FrameOptions>
    {
        public ValidateOptionsResult Validate(string? name, FrameOptions options) =>
            options.Errors().ToList() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
