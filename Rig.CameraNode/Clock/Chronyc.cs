using System.Diagnostics;
using System.Globalization;
using Rig.Actors.Timing;

namespace Rig.CameraNode.Clock;

/// <summary>Reads <c>chronyc -c tracking</c>: one line of comma-separated values in the order of chronyc(1), "tracking".</summary>
internal sealed class Chronyc : IChrony
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly string program;
    private bool missing;

    public Chronyc(string program = "chronyc") => this.program = program;

    public async Task<ChronyTracking?> ReadAsync(CancellationToken cancellationToken)
    {
        if (missing)
        {
            return null;
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["-c", "tracking"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            try
            {
                var line = await process.StandardOutput.ReadToEndAsync(patience.Token);
                await process.WaitForExitAsync(patience.Token);
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
            || !double.TryParse(fields[6], CultureInfo.InvariantCulture, out var rmsSeconds))
        {
            return null;
        }

        // chronyc counts positive when the system clock is slow of NTP time.
        return new ChronyTracking(fields[1].Length > 0 ? fields[1] : fields[0], stratum, -slowSeconds * 1000, rmsSeconds * 1000, fields[13] != "Not synchronised");
    }
}
