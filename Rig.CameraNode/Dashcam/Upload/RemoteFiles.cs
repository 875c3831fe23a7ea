using System.Globalization;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Processes;

namespace Rig.CameraNode.Dashcam.Upload;

/// <param name="Sha256">Lower-case hex of all its bytes.</param>
internal sealed record RemoteFile(long SizeBytes, string Sha256);

/// <summary>Asks the host for sizes and checksums, by one command over SSH.</summary>
internal sealed class RemoteFiles(UploadConfig config, IProcesses processes)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromHours(2);

    /// <summary>
    /// Names come by standard input, so no shell of the host reads them. Each file is made durable before it is hashed: the answer is to hold after a power cut.
    /// </summary>
    private const string Script =
        "for f do if [ -f \"$f\" ]; then sync \"$f\" 2>/dev/null || sync; s=$(sha256sum <\"$f\") && printf \"%s %s %s\\0\" \"${s%% *}\" \"$(($(wc -c <\"$f\")))\" \"$f\"; fi; done";

    /// <returns>Those that are there, by name.</returns>
    /// <exception cref="UploadException">The host did not answer.</exception>
    internal async Task<IReadOnlyDictionary<string, RemoteFile>> AskAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var ssh = new SshConnection(config);
        var command = $"mkdir -p -- {Quote(config.DestPath)} && cd -- {Quote(config.DestPath)} && xargs -0 -n 64 sh -c {Quote(Script)} sh";
        var input = System.Text.Encoding.UTF8.GetBytes(string.Concat(names.Select(name => "./" + name + "\0")));
        var result = await processes.RunAsync(new ProgramCall("ssh", [.. ssh.Options, ssh.SshTarget, command], Timeout, input), cancellationToken);
        if (!result.Succeeded)
        {
            throw ssh.Hopeless(result.Errors) is { } hopeless
                ? new UploadException(hopeless) { IsHopeless = true }
                : new UploadException($"The host did not tell which files it has: {result.Problem}");
        }

        return Parse(result.Output);
    }

    internal static IReadOnlyDictionary<string, RemoteFile> Parse(string output)
    {
        var files = new Dictionary<string, RemoteFile>(StringComparer.Ordinal);
        foreach (var record in output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = record.Split(' ', 3);
            if (fields is [{ Length: 64 } sha256, var size, ['.', '/', .. var name]] && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes))
            {
                files[name] = new RemoteFile(bytes, sha256);
            }
        }

        return files;
    }

    /// <summary>For the host's shell: only the configuration's own path and the constant script come through here.</summary>
    private static string Quote(string text) => "'" + text.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
