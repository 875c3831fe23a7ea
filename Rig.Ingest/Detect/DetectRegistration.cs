using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Messages;
using Rig.Hosting.Configuration;

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
            return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
        }
    }
}
