using System.Net.Mail;

namespace Rig.Viewer.Mail;

internal enum MailTls
{
    /// <summary>Plain first, then TLS (port 587); no mail goes where the server offers none.</summary>
    StartTls,

    /// <summary>TLS from the first byte (port 465).</summary>
    Tls,

    /// <summary>Readable by who is in between: for a relay on this machine.</summary>
    None,
}

/// <summary>Section <c>Rig:Mail</c>.</summary>
internal sealed class MailOptions
{
    public const string Section = "Rig:Mail";

    /// <summary>The SMTP server; empty: no mail is sent, and pages show links to be handed over instead.</summary>
    public string Host { get; set; } = "";

    public int Port { get; set; } = 587;

    public MailTls Tls { get; set; } = MailTls.StartTls;

    /// <summary>Empty: the server asks for no password.</summary>
    public string User { get; set; } = "";

    public string Password { get; set; } = "";

    /// <summary>Such as <c>games@club.example</c>.</summary>
    public string FromAddress { get; set; } = "";

    public string FromName { get; set; } = "Rig";

    public bool IsOn => Host.Length > 0;

    public bool IsThisMachine => Host is "localhost" or "127.0.0.1" or "::1";

    public static bool IsAddress(string? text) => text is { Length: <= 200 } && MailAddress.TryCreate(text, out var address) && address.Address == text && text.All(char.IsAscii) && !text.Any(char.IsControl);
}
