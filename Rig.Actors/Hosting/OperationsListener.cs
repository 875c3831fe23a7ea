using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Rig.Actors.Operations;

namespace Rig.Actors.Hosting;

/// <summary>
/// Listens for operators. A port that is taken or a token that cannot be had is logged and tried again: it never keeps the program
/// from its work.
/// </summary>
/// <param name="node">This process's name, for the greeting.</param>
/// <param name="commands">Where the <see cref="OperatorActor"/> is, once the actors have started.</param>
public sealed class OperationsListener(
    IOptions<OperationsOptions> options, string node, OperatorPalette palette, Func<IActorRef> commands, TimeProvider time, ILogger<OperationsListener> log) : BackgroundService
{
    private const int MaxConnections = 8;
    private const int MaxWrongTokensPerMinute = 10;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);

    private readonly SlidingWindowRateLimiter failures = new(new() { PermitLimit = MaxWrongTokensPerMinute, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 6 });
    private readonly TaskCompletionSource<IPEndPoint> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where it listens, as soon as it does.</summary>
    public Task<IPEndPoint> Listening => listening.Task;

    public override void Dispose()
    {
        failures.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.Enabled && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(OperationsToken.Load(options.Value), stoppingToken);
            }
            catch (Exception e) when (e is SocketException or IOException or InvalidDataException or UnauthorizedAccessException)
            {
                log.LogError("Operators cannot reach this program: {Reason} All else goes on; another try in {Interval}.", e.Message, RetryInterval);
                await Task.Delay(RetryInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ListenAsync(string token, CancellationToken stopping)
    {
        using var listener = new TcpListener(IPAddress.Parse(options.Value.ListenAddress), options.Value.Port);
        listener.Start();
        var endPoint = (IPEndPoint)listener.LocalEndpoint;
        listening.TrySetResult(endPoint);
        log.LogInformation("Operators reach this program at {EndPoint} by rigctl.", endPoint);

        var free = new SemaphoreSlim(MaxConnections);
        while (true)
        {
            await free.WaitAsync(stopping);
            var client = await listener.AcceptTcpClientAsync(stopping);
            _ = ServeAsync(client, token, stopping).ContinueWith(_ => free.Release(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(TcpClient client, string token, CancellationToken stopping)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await new OperationsConnection(client.GetStream(), token, node, palette, commands(), failures).RunAsync(stopping);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ActorRegistryException)
            {
                log.LogDebug("An operator's connection ended: {Reason}", e.Message);
            }
        }
    }
}
