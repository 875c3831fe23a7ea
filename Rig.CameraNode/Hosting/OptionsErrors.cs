using Microsoft.Extensions.Options;
using Rig.Actors.Hosting;

namespace Rig.CameraNode.Hosting;

/// <summary>Stops the start with every error of an options class at once, each naming its key and the remedy.</summary>
internal sealed class OptionsErrors<T>(Func<T, IEnumerable<string>> errors) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var found = errors(options).ToList();
        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }
}

internal static class OptionsErrorsExtensions
{
    public static IServiceCollection AddChecked<T>(this IServiceCollection services, string section, Func<T, IEnumerable<string>> errors)
        where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new OptionsErrors<T>(errors));
        services.AddRigOptions<T>(section);
        return services;
    }
}
