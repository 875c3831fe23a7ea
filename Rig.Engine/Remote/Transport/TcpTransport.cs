using System.Net;
using System.Net.Sockets;

namespace Rig.Engine.Remote.Transport;

/// <summary>Sockets, with mutual TLS when it is configured.</summary>
internal sealed class TcpTransport(TcpSettings settings) : ITransport
{
    private readonly CancellationTokenSource _stopping = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    public async Task<int> ListenAsync(Action<ITransportConnection> accept, CancellationToken cancellationToken)
    {
        var address = await ResolveAsync(settings.BindHostname, cancellationToken);
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // No ReuseAddress: on Linux .NET would then share the port with another listener. TIME_WAIT does not hold up a bind as it is.
            listener.Bind(new IPEndPoint(address, settings.BindPort));
            listener.Listen(settings.Backlog);
        }
        catch (SocketException cause)
        {
            listener.Dispose();
            throw new IOException(
                $"Cannot listen on {settings.BindHostname}:{settings.BindPort}: {cause.Message}. Free the port or set akka.remote.dot-netty.tcp.port to another.", cause);
        }
        _listener = listener;
        _accepting = AcceptAsync(listener, accept);
        return ((IPEndPoint)listener.LocalEndPoint!).Port;
    }

    public async Task<ITransportConnection> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var address = await ResolveAsync(host, cancellationToken);
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(new IPEndPoint(address, port), cancellationToken);
        }
        catch (Exception cause)
        {
            socket.Dispose();
            if (cause is SocketException)
                throw new IOException($"{host}:{port} cannot be reached: {cause.Message}.", cause);
            throw;
        }
        return await TcpConnection.OpenAsync(socket, settings.Tls, host, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener?.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync(Socket listener, Action<ITransportConnection> accept)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopping.Token);
                socket.NoDelay = true;
                _ = OpenAsync(socket, accept);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // One caller went away while it was being accepted, or descriptors ran out: neither ends the listening.
                await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
            }
        }
    }

    private async Task OpenAsync(Socket socket, Action<ITransportConnection> accept)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            patience.CancelAfter(TimeSpan.FromSeconds(10));
            accept(await TcpConnection.OpenAsync(socket, settings.Tls, calledHost: null, patience.Token));
        }
        catch (Exception cause) when (cause is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // A stranger without the certificate, or one that never finished: already closed, nothing to tell.
        }
    }

    private static async Task<IPAddress> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
            return address;
        try
        {
            var found = await Dns.GetHostAddressesAsync(host, cancellationToken);
            return found.FirstOrDefault(candidate => candidate.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
        }
        catch (Exception cause) when (cause is SocketException or IndexOutOfRangeException or ArgumentException)
        {
            throw new IOException($"The host name '{host}' is not known.", cause);
        }
    }
}
