using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Rig.Hosting.Configuration;

/// <summary>Stops the start with every error of an options class at once, each naming its key and the remedy.</summary>
public sealed class OptionsErrors<T>(Func<T, IEnumerable<string>> errors) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        var found = errors(options).ToList();
        return found.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(found);
    }
}

public static class OptionsErrorsExtensions
{
    public static IServiceCollection AddChecked<T>(this IServiceCollection services, string section, Func<T, IEnumerable<string>> errors)
        where T : class
    {
        services.AddSingleton<IValidateOptions<T>>(new OptionsErrors<T>(errors));
        services.AddRigOptions<T>(section);
        return services;
    }
}
