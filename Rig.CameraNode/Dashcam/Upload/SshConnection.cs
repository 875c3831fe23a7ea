using System.Globalization;
using Rig.CameraNode.Dashcam.Config;

namespace Rig.CameraNode.Dashcam.Upload;

/// <summary>How ssh is called: with this key, for this host, and with no setting of whoever runs it.</summary>
internal sealed class SshConnection(UploadConfig config)
{
    private const int ConnectSeconds = 10;

    internal IReadOnlyList<string> Options =>
    [
        "-F", "/dev/null",
        "-i", config.SshKey,
        "-p", config.Port.ToString(CultureInfo.InvariantCulture),
        "-o", $"UserKnownHostsFile={Quoted(config.KnownHosts)}",
        "-o", "GlobalKnownHostsFile=/dev/null",
        "-o", "StrictHostKeyChecking=yes",
        "-o", "UpdateHostKeys=no",
        "-o", "IdentitiesOnly=yes",
        "-o", "BatchMode=yes",
        "-o", string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={ConnectSeconds}"),
        "-o", "ServerAliveInterval=15",
        "-o", "ServerAliveCountMax=3",
    ];

    internal string Target => config.Host.Contains(':', StringComparison.Ordinal) ? $"{config.User}@[{config.Host}]" : $"{config.User}@{config.Host}";

    /// <summary>For ssh itself, which takes an IPv6 address as it is.</summary>
    internal string SshTarget => $"{config.User}@{config.Host}";

    /// <summary>rsync splits it at blanks and knows both quotation marks; a mark within marks is doubled.</summary>
    internal string ForRsync => string.Join(' ', Options.Prepend("ssh").Select(part =>
        part.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'') ? "'" + part.Replace("'", "''", StringComparison.Ordinal) + "'" : part));

    /// <summary>Errors that a further try does not mend, with what to do.</summary>
    internal string? Hopeless(string said) =>
        said.Contains("Host key verification failed", StringComparison.Ordinal) || said.Contains("REMOTE HOST IDENTIFICATION HAS CHANGED", StringComparison.Ordinal)
            ? $"{config.Host} shows another host key than {config.KnownHosts} has, or that file has none for it. Nothing was sent. If the host is the right one: ssh-keyscan -p {config.Port} {config.Host} > {config.KnownHosts}"
        : said.Contains("Permission denied (", StringComparison.Ordinal)
            ? $"{config.Host} does not accept the key {config.SshKey} for {config.User}. Add {config.SshKey}.pub to its authorized_keys."
        : said.Contains("UNPROTECTED PRIVATE KEY FILE", StringComparison.Ordinal) ? $"{config.SshKey} may be read by others. chmod 600 {config.SshKey}"
        : null;

    /// <summary>ssh reads this option's value as several paths, apart by blanks.</summary>
    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
