using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Rig.Domain.Publishing;
using Rig.Viewer.Accounts;
using Rig.Viewer.Corrections;
using Rig.Viewer.Games;

namespace Rig.Viewer.Pages;

internal sealed class GameModel(TeamAccess access, CorrectionAccess rights) : PageModel
{
    /// <summary>Fetched together, since a module says only once it is there what it needs.</summary>
    private static readonly string[] Modules =
    [
        "pages/game.js", .. new[] { "api", "controls", "device", "drawing", "film", "gestures", "icon", "keys", "overview", "place", "renderer", "scrub", "virtual-camera" }.Select(name => $"watch/{name}.js"),
        "model/camera.js", "model/choice.js", "model/follow.js", "model/timeline.js", "shared/dom.js", "shared/format.js",
    ];

    /// <summary>An iPhone plays HLS by itself and is spared the player of the others.</summary>
    public IEnumerable<string> Preloaded =>
        Watch.Metadata.Renditions is null || Request.Headers.UserAgent.ToString().Contains("iPhone", StringComparison.Ordinal) ? Modules : Modules.Prepend("lib/hls.js");

    /// <summary>True for the team's coaches and for admins.</summary>
    public bool MayCorrect { get; private set; }

    public WatchView Watch { get; private set; } = null!;

    /// <summary>For the script, which so begins to play before it has asked for anything; null where the game has none.</summary>
    public string? Renditions => Watch.Metadata.Renditions is { } set ? JsonSerializer.Serialize(set, PublicationJson.Default.RenditionSet) : null;

    public string Poster => Watch.Metadata.Renditions is { } set ? Watch.MediaUrl + set.Poster : Watch.Game.ThumbnailUrl;

    public async Task<IActionResult> OnGetAsync(int gameId, CancellationToken cancellationToken)
    {
        if (await access.Games(User).WatchAsync(gameId, cancellationToken) is not { } watch)
        {
            return NotFound();
        }

        Watch = watch;
        MayCorrect = await rights.MayCoachAsync(User, watch.Game.TeamId, cancellationToken);
        return Page();
    }

    /// <summary>For scripts, whatever the reader's language.</summary>
    public static string Seconds(double seconds) => seconds.ToString("0.###", CultureInfo.InvariantCulture);
}
