using System.Text;
using System.Text.Encodings.Web;

namespace Rig.Viewer.Mail;

/// <param name="Unsubscribe">Address that ends such mails; null for those that a person asked for.</param>
internal sealed record MailText(string Subject, string Text, string Html, string? Unsubscribe)
{
    private const int MaxSubjectLength = 150;

    /// <summary>One look for all mails; everything that is given is text and is encoded.</summary>
    public static MailText Of(string subject, IReadOnlyList<string> paragraphs, (string Label, string Address) button, string why, string? unsubscribe = null)
    {
        var html = HtmlEncoder.Default;
        var text = new StringBuilder();
        var body = new StringBuilder();
        foreach (var paragraph in paragraphs)
        {
            text.Append(paragraph).Append("\n\n");
            body.Append("<p style=\"margin:0 0 16px\">").Append(html.Encode(paragraph)).Append("</p>\n");
        }

        text.Append(button.Label).Append(":\n").Append(button.Address).Append("\n\n-- \n").Append(why).Append('\n');
        body.Append("<p style=\"margin:24px 0\"><a href=\"").Append(html.Encode(button.Address))
            .Append("\" style=\"background:#0f5f39;color:#ffffff;padding:12px 24px;border-radius:10px;text-decoration:none;font-weight:600\">")
            .Append(html.Encode(button.Label)).Append("</a></p>\n<p style=\"margin:24px 0 0;color:#4f5b53;font-size:13px\">").Append(html.Encode(why));
        if (unsubscribe is not null)
        {
            text.Append("No more of these mails: ").Append(unsubscribe).Append('\n');
            body.Append(" <a href=\"").Append(html.Encode(unsubscribe)).Append("\" style=\"color:#4f5b53\">No more of these mails</a>");
        }

        body.Append("</p>");
        var line = OneLine(subject);
        return new MailText(line, text.ToString(), Page(html.Encode(line), body.ToString()), unsubscribe);
    }

    private static string Page(string title, string body) =>
        $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title></head>
        <body style="margin:0;background:#f4f5f0;color:#121a15;font:16px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
        <div style="max-width:560px;margin:0 auto;padding:32px 20px">
        <h1 style="font-size:22px;margin:0 0 20px">{title}</h1>
        {body}
        </div></body></html>

        """;

    private static string OneLine(string subject)
    {
        var line = string.Concat(subject.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length > MaxSubjectLength ? line[..MaxSubjectLength] : line;
    }
}
