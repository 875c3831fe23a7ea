using System.Diagnostics;
using Microsoft.Extensions.Options;
using Rig.Media.Processes;

namespace Rig.CameraNode.Network;

/// <summary>NetworkManager through its command line program.</summary>
internal sealed class Nmcli(IOptionsMonitor<AccessPointOptions> options) : INetworkManager
{
    public async Task<NmcliResult?> RunAsync(IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(options.CurrentValue.Nmcli, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };

        // Its words are read, so they must not be another language's.
        start.Environment["LC_ALL"] = "C";
        try
        {
            using var process = ChildProcess.Start(start);
            process.StandardInput.Close();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(timeout);
            try
            {
                var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
                await process.WaitForExitAsync(limit.Token);
                return new NmcliResult(process.ExitCode, await output, await error);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                cancellationToken.ThrowIfCancellationRequested();
                throw new TimeoutException($"NetworkManager did not answer within {timeout.TotalSeconds:0} s.");
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
