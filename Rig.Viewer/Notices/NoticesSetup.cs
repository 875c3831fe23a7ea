namespace Rig.Viewer.Notices;

internal static class NoticesSetup
{
    public static void AddNotices(this IServiceCollection services)
    {
        services.AddSingleton<NoticeTexts>();
        services.AddScoped<GameReadyMails>();
        services.AddScoped<Digests>();
        services.AddHostedService<DigestWorker>();
    }
}
