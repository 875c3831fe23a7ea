using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Rig.CameraNode.Native;
using Rig.Media.Processes;

namespace Rig.CameraNode.Installation;

/// <summary>
/// The node as a systemd service with <c>Restart=always</c>. Ending its process is enough to start it from <c>current</c>, and needs
/// no more of root's rights than CAP_KILL.
/// </summary>
/// <param name="marker">A file below /run, which a reboot empties.</param>
internal sealed class SystemdNode(string unit, Uri health, string marker, TimeProvider time, ILogger<SystemdNode> logger) : IRunningNode, IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    /// <summary>It seals a running take in 40 s.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(50);

    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(20);

    // On this machine; what is asked is whether it answers, and nothing secret is said.
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null },
    })
    { Timeout = TimeSpan.FromSeconds(5) };

    public bool RestartIsDue => File.Exists(marker);

    public void AnnounceRestart() => File.WriteAllText(marker, "");

    public void ForgetRestart() => File.Delete(marker);

    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        var before = await ProcessIdAsync(cancellationToken);
        if (before > 0)
        {
            Posix.TrySignal(before, Posix.Terminate);
            if (!await UntilAsync(now => now != before, EndsWithin, cancellationToken))
            {
                logger.LogWarning("The node did not end in {Seconds} s and is killed", EndsWithin.TotalSeconds);
                Posix.TrySignal(before, Posix.Kill);
            }
        }

        if (!await UntilAsync(now => now > 0 && now != before, StartsWithin, cancellationToken))
        {
            logger.LogWarning("{Unit} has no new process after {Seconds} s", unit, StartsWithin.TotalSeconds);
        }

        ForgetRestart();
    }

    /// <summary>In plain, or with TLS where the node's port speaks that.</summary>
    public async Task<bool> IsWellAsync(CancellationToken cancellationToken) =>
        await AnswersAsync(health, cancellationToken) || await AnswersAsync(new UriBuilder(health) { Scheme = Uri.UriSchemeHttps }.Uri, cancellationToken);

    public void Dispose() => http.Dispose();

    private async Task<bool> AnswersAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private async Task<bool> UntilAsync(Func<int, bool> condition, TimeSpan within, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var ticks = new PeriodicTimer(Interval, time);
        while (!condition(await ProcessIdAsync(cancellationToken)))
        {
            if (time.GetElapsedTime(began) > within || !await ticks.WaitForNextTickAsync(cancellationToken))
            {
                return false;
            }
        }

        return true;
    }

    /// <returns>0 while none runs, and where systemd cannot be asked.</returns>
    private async Task<int> ProcessIdAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var asked = ChildProcess.Start(new ProcessStartInfo("systemctl", ["show", "--property=MainPID", "--value", unit]) { RedirectStandardOutput = true });
            var said = await asked.StandardOutput.ReadToEndAsync(cancellationToken);
            await asked.WaitForExitAsync(cancellationToken);
            return int.TryParse(said, NumberStyles.Integer, CultureInfo.InvariantCulture, out var id) ? id : 0;
        }
        catch (Win32Exception e)
        {
            logger.LogError(e, "systemctl could not be run");
            return 0;
        }
    }
}
