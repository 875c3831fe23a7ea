using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Domain.Operations;
using Rig.Hosting.Hosts;

namespace Rig.Hosting.Operations;

/// <summary>
/// Serves the operator's routes on a listener of its own, by a small web server beside the program's: neither has the other's routes. A
/// port that is taken or a token that cannot be read is logged and tried again; it never keeps the program from its work.
/// </summary>
/// <param name="node">This program's name for itself.</param>
public sealed class OperationsServer(IOptions<OperationsOptions> options, string node, OperatorPalette palette, TimeProvider time, ILogger<OperationsServer> log) : BackgroundService
{
    internal const int MaxConnections = 8;
    private const int MaxHeaderBytes = 8 << 10;

    /// <summary>Beyond <see cref="WriteTimeout"/>, for what is sent at once and is long.</summary>
    private const double MinBytesPerSecond = 1 << 20;

    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);

    /// <summary>For a connection to send a request.</summary>
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<IPEndPoint> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Where it listens, as soon as it does.</summary>
    public Task<IPEndPoint> Listening => listening.Task;

    /// <summary>How long an operator may take none of what waits for him.</summary>
    internal TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.Enabled && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ServeAsync(OperationsToken.Load(options.Value), stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError("Operators cannot reach this program: {Reason} All else goes on; another try in {Interval}.", e.Message, RetryInterval);
                await Task.Delay(RetryInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(string token, CancellationToken stopping)
    {
        using var sessions = new OperatorSessions(token, time);
        using var routes = new OperatorRoutes(node, sessions, palette, log);
        await using var app = Build();
        routes.Map(app);
        await app.StartAsync(stopping);
        var address = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();
        var endPoint = IPEndPoint.Parse(new Uri(address).Authority);
        listening.TrySetResult(endPoint);
        log.LogInformation("Operators reach this program at {EndPoint} by rigctl.", endPoint);
        await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.StopAsync(CancellationToken.None);
    }

    /// <summary>Nothing of the program's configuration or environment reaches this server but its options.</summary>
    private WebApplication Build()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Limit);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, InnerLifetime>();

        // A start that fails is in the program's log already, as one sentence.
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        return builder.Build();
    }

    private void Limit(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = MaxConnections;
        kestrel.Limits.KeepAliveTimeout = kestrel.Limits.RequestHeadersTimeout = RequestTimeout;
        kestrel.Limits.MaxRequestHeadersTotalSize = kestrel.Limits.MaxRequestLineSize = MaxHeaderBytes;
        kestrel.Limits.MaxRequestBodySize = OperationsHttp.MaxRequestBytes;
        kestrel.Limits.MinResponseDataRate = new MinDataRate(MinBytesPerSecond, WriteTimeout);
        kestrel.Listen(IPAddress.Parse(options.Value.ListenAddress), options.Value.Port, listen => listen.Protocols = HttpProtocols.Http1);
    }
}
