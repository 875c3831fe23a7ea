using System.Globalization;
using Rig.Viewer.Mail;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Notices;

internal sealed class NoticeTexts(MailAddresses addresses)
{
    private const int MaxGames = 5;

    public static MailRecipient To(User user) => new(user.Id, user.Email!, $"{user.FirstName} {user.LastName}");

    public MailText GameReady(User user, string teamName, Game game) => MailText.Of(
        $"{Title(teamName, game)} is ready to watch",
        [$"Hello {user.FirstName},", $"the game of {Date(game)} is ready: {Title(teamName, game)}.", "Sign in to watch it; nobody outside of the team sees it."],
        ("Watch the game", addresses.Of(string.Create(CultureInfo.InvariantCulture, $"/games/{game.Id}"))),
        Why(teamName),
        addresses.Unsubscribe(user.Id));

    /// <param name="games">Newest first.</param>
    public MailText Digest(User user, IReadOnlyList<Game> games)
    {
        List<string> lines = [.. games.Take(MaxGames).Select(game => $"{Date(game)}: {Title(game.Team!.Name, game)}")];
        if (games.Count > MaxGames)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"and {games.Count - MaxGames} more."));
        }

        return MailText.Of(
            games.Count == 1 ? "One new game to watch" : string.Create(CultureInfo.InvariantCulture, $"{games.Count} new games to watch"),
            [$"Hello {user.FirstName},", "new since the last of these mails:", .. lines],
            ("Watch them", addresses.Of("/")),
            Why(games[0].Team!.Name),
            addresses.Unsubscribe(user.Id));
    }

    private static string Why(string teamName) => $"You get this because you belong to {teamName}. How often such mails come is set on your account page.";

    private static string Title(string teamName, Game game) => game.Opponent is { } opponent ? $"{teamName} vs {opponent}" : teamName;

    private static string Date(Game game) => game.GameDate.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
}
