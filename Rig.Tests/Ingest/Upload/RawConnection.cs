using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Rig.Tests.Ingest.Upload;

/// <summary>HTTP/1.1 by hand, for what a client library hides or will not do: interim responses, torn bodies, silence.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient client = new() { NoDelay = true };
    private NetworkStream stream = null!;

    public static async Task<RawConnection> OpenAsync(Uri server)
    {
        var connection = new RawConnection();
        await connection.client.ConnectAsync(server.Host, server.Port);
        connection.stream = connection.client.GetStream();
        return connection;
    }

    public Task SendAsync(string head) => SendAsync(Encoding.ASCII.GetBytes(head));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await stream.WriteAsync(bytes);

    /// <summary>The next response's status and headers, interim ones included, and its body.</summary>
    /// <exception cref="IOException">The connection ended before.</exception>
    public async Task<RawResponse> ReadAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var status = (await LineAsync(timeout.Token)).Split(' ');
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await LineAsync(timeout.Token) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var code = int.Parse(status[1], CultureInfo.InvariantCulture);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, timeout.Token);
        return new RawResponse(code, headers, Encoding.UTF8.GetString(body));
    }

    /// <summary>Ends the connection at once, with a reset.</summary>
    public void Cut()
    {
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();
    }

    public void Dispose() => client.Dispose();

    private async Task<string> LineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellationToken) == 1)
        {
            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        throw new IOException("The connection ended.");
    }
}

internal sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, string Body);
