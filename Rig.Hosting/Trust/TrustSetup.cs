using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rig.Hosting.Access;
using Rig.Hosting.Configuration;

namespace Rig.Hosting.Trust;

public static class TrustSetup
{
    /// <summary>Registers <see cref="RigTrust"/>, the callers known by certificate, and section <c>Rig:Trust</c>.</summary>
    /// <param name="directory">Where this program's trust folder is unless the configuration says otherwise.</param>
    public static IServiceCollection AddRigTrust(this IServiceCollection services, string directory)
    {
        services.Configure<TrustOptions>(options => options.Directory = directory);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RigTrust>();
        services.AddSingleton<ICallerReader, MachineCertificateReader>();
        return services.AddChecked<TrustOptions>(TrustOptions.Section, options => options.Errors());
    }
}
