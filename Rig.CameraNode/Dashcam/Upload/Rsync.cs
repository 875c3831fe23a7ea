using System.Globalization;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Processes;

namespace Rig.CameraNode.Dashcam.Upload;

/// <summary>
/// Calls rsync over SSH. Names come by standard input, one after the other with a zero byte between, so any name is safe. Never with
/// <c>--remove-source-files</c>: that deletes what rsync believes to have sent, before anybody looked.
/// </summary>
internal sealed class Rsync(UploadConfig config, string stagingRoot, IProcesses processes)
{
    /// <summary>A day: a night's drive over a slow link. A link that stands still is ended by rsync's own timeout.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromDays(1);

    private readonly SshConnection ssh = new(config);

    /// <exception cref="UploadException">Not all of them were sent.</exception>
    internal async Task SendAsync(IReadOnlyList<string> names, CancellationToken cancellationToken) =>
        _ = await RunAsync([.. Flags(), .. Own, .. Ends], names, cancellationToken);

    /// <summary>By rsync's checksums of whole files, on both sides.</summary>
    /// <returns>Those that the host does not hold as they are here.</returns>
    internal async Task<IReadOnlySet<string>> DifferingAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        // %n escapes what is no plain letter, and so would a comparison have to; sending the names one by one tells which differ without.
        var differing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var output = await RunAsync(["-n", "--checksum", "--itemize-changes", "--out-format=%i", .. Own, .. Ends], [name], cancellationToken);
            if (output.Split('\n').Any(line => line.StartsWith('<')))
            {
                differing.Add(name);
            }
        }

        return differing;
    }

    /// <summary>
    /// The host cannot be asked what it has, so what is there under a name is never written over: a half file grows elsewhere, a whole one stays.
    /// </summary>
    private IEnumerable<string> Flags() => config.RemoteHash
        ? config.RsyncFlags
        : config.RsyncFlags.Where(flag => flag is not ("--inplace" or "--append" or "--append-verify")).Concat(["--partial-dir=.rig-partial", "--ignore-existing", "--mkpath", "--fsync"]);

    private string[] Own =>
    [
        "--files-from=-", "--from0", string.Create(CultureInfo.InvariantCulture, $"--timeout={config.StallSeconds}"), "-e", ssh.ForRsync,
    ];

    private string[] Ends => ["--", stagingRoot + "/", $"{ssh.Target}:{config.DestPath}/"];

    private async Task<string> RunAsync(IReadOnlyList<string> arguments, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var input = System.Text.Encoding.UTF8.GetBytes(string.Concat(names.Select(name => name + "\0")));
        var result = await processes.RunAsync(new ProgramCall("rsync", arguments, Timeout, input), cancellationToken);
        return result.Succeeded ? result.Output
            : ssh.Hopeless(result.Errors) is { } hopeless ? throw new UploadException(hopeless) { IsHopeless = true }
            : throw new UploadException(result.Problem!);
    }
}
