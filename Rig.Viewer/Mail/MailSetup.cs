using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;
using Rig.Viewer.Settings;

namespace Rig.Viewer.Mail;

internal static class MailSetup
{
    public static void AddMail(this IServiceCollection services)
    {
        services.AddRigOptions<MailOptions>(MailOptions.Section)
            .Validate(options => !options.IsOn || Uri.CheckHostName(options.Host) != UriHostNameType.Unknown, "Rig:Mail:Host is not a name or an address alone, such as smtp.example.org.")
            .Validate(options => options.Port is >= 1 and <= 65535, "Rig:Mail:Port must be 1 to 65535.")
            .Validate(options => Enum.IsDefined(options.Tls), "Rig:Mail:Tls must be StartTls, Tls or None.")
            .Validate(options => !options.IsOn || MailOptions.IsAddress(options.FromAddress), "Rig:Mail:FromAddress is not an e-mail address, such as games@club.example.")
            .Validate(options => options.FromName.Length is >= 1 and <= 100 && !options.FromName.Any(char.IsControl), "Rig:Mail:FromName must be 1 to 100 characters.")
            .Validate(options => options.User.Length == 0 == (options.Password.Length == 0), "Rig:Mail:User and Rig:Mail:Password go together; set both or none.")
            .Validate(
                options => options.Password.Length == 0 || options.Tls != MailTls.None || options.IsThisMachine,
                "Rig:Mail:Tls is None, which would show Rig:Mail:Password to the network; set StartTls or Tls.")
            .Validate<IOptions<ViewerOptions>>(
                (options, viewer) => !options.IsOn || viewer.Value.PublicUrl is not null,
                "Rig:Mail:Host is set but Rig:Viewer:PublicUrl is not; mails need it for their links.");
        services.AddSingleton<MailAddresses>();
        services.AddSingleton<MailBodies>();
        services.AddSingleton<SmtpTransport>();
        services.AddScoped<MailOutbox>();
        services.AddScoped<MailQueue>();
        services.AddSingleton<MailDelivery>();
        services.AddHostedService<MailWorker>();
    }
}
