using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Hosting.Configuration;

namespace Rig.Ingest.Stitch;

public static class StitchServices
{
    /// <summary>The pipeline stages Aligned and Stitched, set up by section <c>Rig:Stitch</c>.</summary>
    public static IServiceCollection AddStitch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<StitchOptions>(StitchOptions.Section);
        services.AddSingleton<IValidateOptions<StitchOptions>, StitchOptionsValidator>();
        services.AddKeyedSingleton<IPipelineStage, AlignStage>(PipelineStage.Aligned);
        services.AddKeyedSingleton<IPipelineStage, StitchStage>(PipelineStage.Stitched);
        return services;
    }
}

/// <summary>Reports every wrong key at once.</summary>
internal sealed class StitchOptionsValidator : IValidateOptions<StitchOptions>
{
    private static readonly string[] Presets = ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"];

    public ValidateOptionsResult Validate(string? name, StitchOptions options)
    {
        var problems = new List<string>();
        Require(options.Codec is "h264" or "h265", nameof(options.Codec), "must be h264 or h265");
        Require(Presets.Contains(options.EncoderPreset), nameof(options.EncoderPreset), $"must be one of {string.Join(", ", Presets)}");
        Require(options.Crf is >= 0 and <= 51, nameof(options.Crf), "must be 0 to 51; 23 is usual");
        Require(options.MaxWidth is >= 320 and <= 16384, nameof(options.MaxWidth), "must be 320 to 16384 pixels");
        Require(options.Threads is >= 1 and <= 64, nameof(options.Threads), "must be 1 to 64");
        Require(options.PitchLengthM is >= 20 and <= 130, nameof(options.PitchLengthM), "must be 20 to 130 metres");
        Require(options.PitchWidthM is >= 10 and <= 100, nameof(options.PitchWidthM), "must be 10 to 100 metres");
        Require(options.CheckerboardColumns is >= 3 and <= 50, nameof(options.CheckerboardColumns), "must be 3 to 50 inner corners");
        Require(options.CheckerboardRows is >= 3 and <= 50, nameof(options.CheckerboardRows), "must be 3 to 50 inner corners");
        foreach (var (camera, folder) in options.CheckerboardFolders)
        {
            Require(CameraId.TryParse(camera, out _), $"{nameof(options.CheckerboardFolders)}:{camera}", "must be named by a camera id such as CAM_L");
            Require(Directory.Exists(folder), $"{nameof(options.CheckerboardFolders)}:{camera}", $"names the folder {folder}, which does not exist");
        }

        foreach (var (camera, file) in options.PitchPointsFiles)
        {
            Require(CameraId.TryParse(camera, out _), $"{nameof(options.PitchPointsFiles)}:{camera}", "must be named by a camera id such as CAM_L");
            Require(File.Exists(file), $"{nameof(options.PitchPointsFiles)}:{camera}", $"names the file {file}, which does not exist");
        }

        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Require(bool holds, string key, string remedy)
        {
            if (!holds)
            {
                problems.Add($"{StitchOptions.Section}:{key} {remedy}.");
            }
        }
    }
}
