using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Rig.Hosting.Accounts;
using Rig.Hosting.Configuration;
using Rig.Hosting.Http;
using Rig.Viewer.Accounts.Sessions;
using Rig.Viewer.Operations;
using Rig.Viewer.Settings;
using Rig.Viewer.Storage;
using Rig.Viewer.Watch.Delivery;

namespace Rig.Viewer.Watch;

/// <summary>Videos, playlists and pictures. Who may fetch them: <see cref="MediaGrants"/>; who sends the bytes: nginx where it stands in front, else this program.</summary>
internal static class MediaEndpoints
{
    private const string CookieOrPass = "CookieOrPass";

    /// <summary>After the accounts: media have a second way of saying who asks.</summary>
    public static void AddMedia(this IServiceCollection services)
    {
        services.AddRigOptions<MediaOptions>(MediaOptions.Section)
            .Validate(options => options.Path.Length > 0, "Rig:Media:Path is empty; set it to the folder that holds the videos.")
            .Validate(options => options.MaxFileSizeGb is > 0 and <= 1000, "Rig:Media:MaxFileSizeGb must be more than 0 and at most 1000.")
            .Validate(options => options.MaxGameSizeGb is > 0 and <= 2000, "Rig:Media:MaxGameSizeGb must be more than 0 and at most 2000.")
            .Validate(options => options.AccelPrefix.Length == 0 || (options.AccelPrefix is ['/', .., '/'] && options.AccelPrefix.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_')),
                "Rig:Media:AccelPrefix must be a path that begins and ends with '/', such as /rig-media/, or empty.");
        services.AddSingleton<MediaStore>();
        services.AddHostedService<MediaModes>();
        services.AddSingleton<MediaPass>();
        services.AddSingleton<IGrantSource, DatabaseGrants>();
        services.AddSingleton<MediaGrants>();
        services.AddAuthentication(CookieOrPass)
            .AddScheme<AuthenticationSchemeOptions, MediaPassHandler>(MediaPassHandler.Name, null)
            .AddPolicyScheme(CookieOrPass, null, policy => policy.ForwardDefaultSelector = context =>
                MediaPassHandler.IsFor(context) ? MediaPassHandler.Name : IdentityConstants.ApplicationScheme);
    }

    public static void MapMedia(this IEndpointRouteBuilder routes) => routes.MapGetAndHead("/media/games/{gameId:int}/{name}", ServeAsync);

    private static async Task<IResult> ServeAsync(
        int gameId, string name, bool? download, HttpContext context, MediaGrants grants, MediaPass passes, MediaStore store, IOptions<MediaOptions> options, ViewerMetrics metrics)
    {
        var grant = context.Features.Get<MediaGrant>();
        if (grant is null && await SessionCookie.KeyAsync(context) is { } key)
        {
            var holder = new PassHolder(SessionKey.IdOf(key), gameId);
            grant = await grants.FindAsync(holder);
            if (grant is not null)
            {
                passes.Give(context.Response, holder);
            }
        }

        if (grant is null || !grant.Files.TryGetValue(name, out var file))
        {
            return Results.NotFound();
        }

        metrics.MediaRequest();
        // The browser may keep it, but asks each time whether it still may show it.
        context.Response.Headers.CacheControl = "private, no-cache";
        var downloadName = download == true ? $"{grant.DownloadPrefix} {file.Name}" : null;
        return options.Value.AccelPrefix is { Length: > 0 } prefix
            ? SendByNginx(context.Response, prefix + MediaStore.RelativePath(gameId, file.Sha256), file, downloadName)
            : Results.File(
                store.StoredPath(gameId, file.Sha256),
                file.ContentType,
                fileDownloadName: downloadName,
                entityTag: new EntityTagHeaderValue($"\"{file.Sha256}\""),
                enableRangeProcessing: true);
    }

    /// <summary>nginx sends the file, with ranges and its own validators, and tells nobody of this header.</summary>
    private static IResult SendByNginx(HttpResponse response, string path, MediaFile file, string? downloadName)
    {
        response.Headers["X-Accel-Redirect"] = path;
        response.ContentType = file.ContentType;
        if (downloadName is not null)
        {
            var disposition = new ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(downloadName);
            response.Headers.ContentDisposition = disposition.ToString();
        }

        return Results.Empty;
    }
}
