using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;
using Rig.Ingest.Detect;
using Rig.Media;

namespace Rig.Ingest.Probe;

/// <summary><c>rig-ingest probe</c>: what this machine can do, tried and not believed, and how fast.</summary>
internal static class ProbeCommand
{
    private static readonly string[] Encoders = ["libx264", "h264_nvenc", "hevc_nvenc"];

    /// <returns>0; 1 where the settings are wrong or the configured model cannot be used.</returns>
    public static async Task<int> RunAsync(string[] settings, TextWriter output, TextWriter errors)
    {
        DetectOptions options;
        try
        {
            var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = settings, ContentRootPath = AppContext.BaseDirectory });
            builder.Services.AddDetection(builder.Configuration);
            using var host = builder.Build();
            options = host.Services.GetRequiredService<IOptions<DetectOptions>>().Value;
        }
        catch (Exception e) when (RigOptions.Refusal(e) is { } refusal)
        {
            await errors.WriteLineAsync($"rig-ingest: {refusal}");
            return 1;
        }

        await output.WriteLineAsync($"cores          {Environment.ProcessorCount}");
        foreach (var (name, text) in LearnedProbe.Run(options))
        {
            await output.WriteLineAsync($"{name,-14} {text}");
        }

        await output.WriteLineAsync($"ffmpeg         {FfmpegPrograms.Version() ?? "is not installed"}");
        foreach (var tried in Encoders.Select(HardwareCoding.TryEncoder).Append(HardwareCoding.TryCuda()))
        {
            await output.WriteLineAsync($"{tried.Name,-14} {Say(tried)}");
        }

        return 0;
    }

    private static string Say(TriedCoder tried) => tried.FramesPerSecond is { } fps ? $"works, {fps:F0} frames of 1280x720 a second" : $"does not work: {tried.Problem}";
}
