using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;
using Rig.CameraNode.Modes;
using Rig.Hosting.Configuration;
using Rig.Hosting.Observability;

namespace Rig.CameraNode.Frames;

/// <summary><c>rig-node frames</c>: this machine as a still-frame camera. It listens on no port.</summary>
internal static class FrameDeviceHost
{
    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";

    internal const string Help = """
        rig-node frames [--Rig:FrameDevice:Key=value ...]

        Takes a picture every so often and brings it to the home server (docs/guide/frames.md). Settings:
          Rig:FrameDevice:DeviceId    the device's id on the home server, such as pi-cam-1
          Rig:FrameDevice:Server      such as http://192.168.1.10:8081
          Rig:FrameDevice:KeyFile     file with the device's key; /etc/rig-node/frame-device.key
          Rig:FrameDevice:StatePath   pictures that wait; /var/lib/rig-node/frames
          Rig:Camera:...              the camera, as for rig-node itself; Rig:Camera:Source, Device, Width, Height
        """;

    /// <param name="open">Makes the camera; null for the machine's own.</param>
    /// <returns>The exit code.</returns>
    internal static async Task<int> RunAsync(string[] args, Func<CameraOptions, int, IStillCamera>? open = null)
    {
        if (args is ["--help" or "-h", ..])
        {
            Console.WriteLine(Help);
            return 0;
        }

        try
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
            Add(builder, open ?? StillCameras.Create);
            using var host = builder.Build();
            await host.RunAsync();
            return 0;
        }
        catch (Exception e) when (RigOptions.Refusal(e) is not null || e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"rig-node frames cannot start: {RigOptions.Refusal(e) ?? e.Message}");
            return 1;
        }
    }

    private static void Add(HostApplicationBuilder builder, Func<CameraOptions, int, IStillCamera> open)
    {
        builder.AddRigLogging("rig-node-frames", folder: null);
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddRigOptions<FrameDeviceOptions>(FrameDeviceOptions.Section);
        services.AddSingleton<IValidateOptions<FrameDeviceOptions>, OptionsValidator>();
        services.AddRigOptions<CameraOptions>(CameraOptions.Section);
        services.AddSingleton(provider => Build(provider, open));
        services.AddAkka("frames", (akka, provider) => akka
            .AddHocon(RigConfig.Load("camera-node.conf", "node", []), HoconAddMode.Prepend)
            .WithLogging(provider.GetRequiredService<ILoggerFactory>())
            .WithActors((system, _) => system.ActorOf(FrameCameraActor.PropsOf(provider.GetRequiredService<FrameDeviceServices>()), "frame-camera")));
    }

    private static FrameDeviceServices Build(IServiceProvider provider, Func<CameraOptions, int, IStillCamera> open)
    {
        var options = provider.GetRequiredService<IOptions<FrameDeviceOptions>>().Value;
        var clock = provider.GetRequiredService<TimeProvider>();
        var bootId = File.Exists(BootIdFile) ? File.ReadAllText(BootIdFile).Trim() : "";
        return new FrameDeviceServices(
            open(provider.GetRequiredService<IOptions<CameraOptions>>().Value, options.JpegQuality), new FrameSpool(options.StatePath), new FrameSender(options, clock, bootId), options, clock, bootId);
    }

    private sealed class OptionsValidator : IValidateOptions<FrameDeviceOptions>
    {
        public ValidateOptionsResult Validate(string? name, FrameDeviceOptions options) =>
            options.Errors().ToList() is { Count: > 0 } errors ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
