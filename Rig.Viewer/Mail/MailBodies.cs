using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;

namespace Rig.Viewer.Mail;

/// <summary>Keeps a mail's text from who reads the database alone: it may hold a link that opens an account.</summary>
internal sealed class MailBodies(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("outgoing mail");

    public string Lock(MailText text) => protector.Protect(JsonSerializer.Serialize(text));

    /// <returns>Null when the keys that it was locked with are gone.</returns>
    public MailText? Open(string body)
    {
        try
        {
            return JsonSerializer.Deserialize<MailText>(protector.Unprotect(body));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
