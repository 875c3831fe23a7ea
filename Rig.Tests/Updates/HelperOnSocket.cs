extern alias node;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using node::Rig.CameraNode.Installation;
using node::Rig.CameraNode.Settings;
using node::Rig.CameraNode.Updates;

namespace Rig.Tests.Updates;

/// <summary>The helper on a real disk and a real socket, started again after each switch as systemd would.</summary>
internal sealed class HelperOnSocket : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task running;

    public HelperOnSocket(string installPath, string socketPath, ReleaseKeys keys)
    {
        listener.Bind(new UnixDomainSocketEndPoint(socketPath));
        listener.Listen();
        running = RunAsync(installPath, keys);
    }

    public ScriptedNode Node { get; } = new();

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        listener.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync(string installPath, ReleaseKeys keys)
    {
        try
        {
            while (true)
            {
                using var helper = new UpdateHelper(
                    new PosixInstallFiles(installPath), new ReleaseGate(keys, "linux-x64", NodeVersion.Current), Node,
                    new TrialTimes(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(1)), TimeProvider.System, NullLogger<UpdateHelper>.Instance);
                await helper.ResumeAsync(stop.Token);
                await new HelperServer(listener, helper, Timeout.InfiniteTimeSpan).RunAsync(stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // the test is over
        }
    }
}
