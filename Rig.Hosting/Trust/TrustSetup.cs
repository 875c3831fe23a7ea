using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Rig.Hosting.Access;
using Rig.Hosting.Configuration;

namespace Rig.Hosting.Trust;

public static class TrustSetup
{
    /// <summary>Registers <see cref="RigTrust"/>, the callers known by certificate, and section <c>Rig:Trust</c>.</summary>
    /// <param name="directory">Where this program's trust folder is unless the configuration says otherwise.</param>
    /// <param name="errors">What of this program's keeps it from starting with the folder as it is.</param>
    public static IServiceCollection AddRigTrust(this IServiceCollection services, string directory, Func<IServiceProvider, TrustOptions, IEnumerable<string>> errors)
    {
        services.Configure<TrustOptions>(options => options.Directory = directory);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RigTrust>();
        services.AddHostedService<TrustKeeper>();
        services.AddSingleton<ICallerReader, MachineCertificateReader>();
        services.AddSingleton<IValidateOptions<TrustOptions>>(provider => new OptionsErrors<TrustOptions>(options => Errors(provider, options, errors)));
        services.AddRigOptions<TrustOptions>(TrustOptions.Section);
        return services;
    }

    private static List<string> Errors(IServiceProvider provider, TrustOptions options, Func<IServiceProvider, TrustOptions, IEnumerable<string>> errors)
    {
        try
        {
            return options.Errors().ToList() is { Count: > 0 } own ? own : [.. errors(provider, options)];
        }
        catch (InvalidDataException unreadable)
        {
            return [unreadable.Message];
        }
        catch (OptionsValidationException)
        {
            // Another section's own mistake, which the start reports itself.
            return [];
        }
    }
}
