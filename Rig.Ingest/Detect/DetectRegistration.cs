using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Messages;
using Rig.Hosting.Configuration;
using Rig.Ingest.Detect.Learned;

namespace Rig.Ingest.Detect;

public static class DetectRegistration
{
    /// <summary>Adds the stage that finds players and ball in the panorama.</summary>
    public static IServiceCollection AddDetection(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<DetectOptions>(DetectOptions.Section);
        services.AddSingleton<IValidateOptions<DetectOptions>, DetectOptionsValidator>();
        services.AddKeyedSingleton<IPipelineStage, DetectStage>(PipelineStage.Detected);
        return services;
    }

    private sealed class DetectOptionsValidator : IValidateOptions<DetectOptions>
    {
        public ValidateOptionsResult Validate(string? name, DetectOptions options)
        {
            var errors = options.Errors().ToList();
            if (errors.Count == 0 && options.ModelSettings() is { } model)
            {
                try
                {
                    LearnedModel.Open(model).Dispose();
                }
                catch (ModelException e)
                {
                    errors.Add($"{DetectOptions.Section}:Model: {e.Message}");
                }
            }

            return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        }
    }
}
