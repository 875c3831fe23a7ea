using Microsoft.Extensions.Options;
using MimeKit.Utils;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Mail;

/// <param name="UserId">Null for somebody without an account.</param>
internal sealed record MailRecipient(int? UserId, string Address, string Name);

/// <summary>Takes mails to be sent.</summary>
internal sealed class MailOutbox(ViewerDb db, MailBodies bodies, IOptions<MailOptions> options, TimeProvider clock)
{
    public bool IsOn => options.Value.IsOn;

    /// <summary>Saved by the caller, in the transaction of what the mail tells of.</summary>
    public void Add(MailKind kind, MailRecipient to, MailText text)
    {
        if (!IsOn)
        {
            throw new InvalidOperationException("This viewer sends no mail; set Rig:Mail:Host.");
        }

        var now = clock.GetUtcNow();
        db.OutgoingMails.Add(new OutgoingMail
        {
            Kind = kind,
            UserId = to.UserId,
            ToAddress = to.Address,
            ToName = to.Name,
            Subject = text.Subject,
            Body = bodies.Lock(text),
            MessageId = MimeUtils.GenerateMessageId(options.Value.FromAddress.Split('@')[^1]),
            State = MailState.Waiting,
            NextAttemptAt = now,
            CreatedAt = now,
        });
    }
}
