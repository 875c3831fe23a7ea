namespace Rig.Viewer.Administration;

internal static class AdministrationSetup
{
    public static void AddAdministration(this IServiceCollection services)
    {
        services.AddScoped<People>();
        services.AddScoped<GameRemoval>();
        services.AddScoped<FamilyRemoval>();
        services.AddScoped<Rosters>();
    }
}
