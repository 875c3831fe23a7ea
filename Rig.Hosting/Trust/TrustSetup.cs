using Microsoft.Extensions.DependencyInjection;
using Rig.Hosting.Configuration;

namespace Rig.Hosting.Trust;

public static class TrustSetup
{
    /// <summary>Registers section <c>Rig:Trust</c>.</summary>
    /// <param name="directory">Where this program's trust folder is unless the configuration says otherwise.</param>
    public static IServiceCollection AddRigTrust(this IServiceCollection services, string directory)
    {
        services.Configure<TrustOptions>(options => options.Directory = directory);
        return services.AddChecked<TrustOptions>(TrustOptions.Section, options => options.Errors());
    }
}
