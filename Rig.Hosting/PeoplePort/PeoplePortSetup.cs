using Microsoft.Extensions.DependencyInjection;

namespace Rig.Hosting.PeoplePort;

public static class PeoplePortSetup
{
    /// <summary>Registers <see cref="PageCertificates"/>; needs the rig's trust (<c>AddRigTrust</c>).</summary>
    /// <param name="names">By which browsers reach the program, besides the machine's addresses.</param>
    public static IServiceCollection AddPeoplePort(this IServiceCollection services, Func<IServiceProvider, IEnumerable<string>> names) => services
        .AddSingleton<PageNames>(provider => () => names(provider))
        .AddSingleton<PageCertificates>();
}
