using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using Rig.Hosting.Configuration;
using Rig.Hosting.Http;
using Rig.Viewer.Accounts;
using Rig.Viewer.Operations;
using Rig.Viewer.Settings;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Watch;

/// <summary>Videos and pictures. Each request asks for the session and the team again.</summary>
internal static class MediaEndpoints
{
    public static void AddMedia(this IServiceCollection services)
    {
        services.AddRigOptions<MediaOptions>(MediaOptions.Section)
            .Validate(options => options.Path.Length > 0, "Rig:Media:Path is empty; set it to the folder that holds the videos.")
            .Validate(options => options.MaxFileSizeGb is > 0 and <= 1000, "Rig:Media:MaxFileSizeGb must be more than 0 and at most 1000.")
            .Validate(options => options.MaxGameSizeGb is > 0 and <= 2000, "Rig:Media:MaxGameSizeGb must be more than 0 and at most 2000.");
        services.AddSingleton<MediaStore>();
        services.AddHostedService<MediaModes>();
    }

    public static void MapMedia(this IEndpointRouteBuilder routes) => routes.MapGetAndHead("/media/games/{gameId:int}/{name}", ServeAsync);

    private static async Task<IResult> ServeAsync(
        int gameId, string name, bool? download, HttpContext context, TeamAccess access, MediaStore store, ViewerMetrics metrics, CancellationToken cancellationToken)
    {
        var found = await access.Games(context.User)
            .Where(game => game.Id == gameId)
            .SelectMany(game => game.MediaFiles, (game, file) => new { game.GameDate, game.Opponent, File = file })
            .SingleOrDefaultAsync(row => row.File.Name == name, cancellationToken);
        if (found is null)
        {
            return Results.NotFound();
        }

        metrics.MediaRequest();
        // The browser may keep it, but asks each time whether it still may show it.
        context.Response.Headers.CacheControl = "private, no-cache";
        return Results.File(
            store.StoredPath(gameId, found.File.Sha256),
            found.File.ContentType,
            fileDownloadName: download == true ? DownloadName(found.GameDate, found.Opponent, found.File) : null,
            entityTag: new EntityTagHeaderValue($"\"{found.File.Sha256}\""),
            enableRangeProcessing: true);
    }

    /// <summary>Such as <c>2026-11-21 Green Strikers goal-0012.mp4</c>, so that a folder of downloads explains itself.</summary>
    internal static string DownloadName(DateTimeOffset gameDate, string? opponent, MediaFile file)
    {
        var text = new StringBuilder(gameDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).Append(' ');
        foreach (var c in (opponent ?? "").Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-').Take(40))
        {
            text.Append(c);
        }

        return text.ToString().TrimEnd() + " " + file.Name;
    }
}
