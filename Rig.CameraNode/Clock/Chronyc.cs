using System.Diagnostics;
using System.Globalization;
using Rig.Actors.Timing;
using Rig.Media.Processes;

namespace Rig.CameraNode.Clock;

/// <summary>Reads <c>chronyc -c tracking</c>: one line of comma-separated values in the order of chronyc(1), "tracking".</summary>
internal sealed class Chronyc : IChrony
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly string program;
    private readonly string[] arguments;
    private bool missing;

    /// <param name="host">chronyd's address or the path of its command socket; null: this machine's own.</param>
    public Chronyc(string program = "chronyc", string? host = null) =>
        (this.program, arguments) = (program, [.. host is null ? Array.Empty<string>() : ["-h", host], "-c", "tracking"]);

    public async Task<ChronyTracking?> ReadAsync(CancellationToken cancellationToken)
    {
        if (missing)
        {
            return null;
        }

        try
        {
            using var process = ChildProcess.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(Timeout);
            try
            {
                var line = await process.StandardOutput.ReadToEndAsync(timeout.Token);
                await process.WaitForExitAsync(timeout.Token);
                return process.ExitCode == 0 ? Parse(line) : null;
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                return null;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            missing = true;
            return null;
        }
    }

    /// <summary>Null when the line is of another form.</summary>
    internal static ChronyTracking? Parse(string line)
    {
        var fields = line.Trim().Split(',');
        if (fields.Length < 14
            || !int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var stratum)
            || !double.TryParse(fields[4], CultureInfo.InvariantCulture, out var slowSeconds)
            || !double.TryParse(fields[3], CultureInfo.InvariantCulture, out var referenceUnixSeconds)
            || !double.TryParse(fields[6], CultureInfo.InvariantCulture, out var rmsSeconds)
            || !double.TryParse(fields[7], CultureInfo.InvariantCulture, out var frequencyPpm)
            || !double.TryParse(fields[10], CultureInfo.InvariantCulture, out var rootDelaySeconds)
            || !double.TryParse(fields[11], CultureInfo.InvariantCulture, out var rootDispersionSeconds))
        {
            return null;
        }

        // chronyc counts positive when the system clock is slow of NTP time.
        return new ChronyTracking(
            fields[1].Length > 0 ? fields[1] : fields[0], stratum, -slowSeconds * 1000, rmsSeconds * 1000, fields[13] != "Not synchronised",
            frequencyPpm, rootDelaySeconds * 1000, rootDispersionSeconds * 1000,
            referenceUnixSeconds > 0 ? DateTimeOffset.UnixEpoch.AddSeconds(referenceUnixSeconds) : null);
    }
}
