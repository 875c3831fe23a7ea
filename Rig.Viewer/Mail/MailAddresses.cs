using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Rig.Viewer.Settings;

namespace Rig.Viewer.Mail;

/// <summary>Addresses of the viewer's pages, as mails name them. Tokens are in the query, which no log has.</summary>
internal sealed class MailAddresses(IOptions<ViewerOptions> viewer, IDataProtectionProvider protection)
{
    private readonly IDataProtector unsubscribing = protection.CreateProtector("unsubscribe");

    public string Of(string path) => viewer.Value.PublicUrl!.TrimEnd('/') + path;

    /// <summary>Ends a person's mails about games, without a session: so its token is encrypted and signed.</summary>
    public string Unsubscribe(int userId) => Of("/unsubscribe?token=" + unsubscribing.Protect(userId.ToString(CultureInfo.InvariantCulture)));

    /// <returns>Null for a token that this viewer did not make.</returns>
    public int? UserOf(string? token)
    {
        if (token is not { Length: > 0 and <= 1000 })
        {
            return null;
        }

        try
        {
            return int.Parse(unsubscribing.Unprotect(token), CultureInfo.InvariantCulture);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
