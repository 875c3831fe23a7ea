using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Rig.Hosting.PeoplePort;
using Rig.Tests.Support;
using Xunit.Abstractions;

namespace Rig.Tests.PeoplePort;

/// <summary>One port, two protocols, and connections that are neither.</summary>
public sealed class PeoplePortTests(ITestOutputHelper output) : IAsyncLifetime
{
    private readonly TempFolder folder = new();
    private WebApplication app = null!;
    private Uri plain = null!;
    private Uri secure = null!;

    public Task InitializeAsync() => StartAsync(IPAddress.Loopback);

    private async Task StartAsync(IPAddress address)
    {
        var certificates = new PageCertificates(TestTrust.Read(folder.File("trust"), TimeProvider.System), () => [], TimeProvider.System, NullLogger<PageCertificates>.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenForPeople(address, 0, certificates));
        app = builder.Build();
        app.Run(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"{context.Request.Scheme} {context.Request.Protocol} {(await body.ReadToEndAsync()).Length}");
        });
        await app.StartAsync();
        secure = new UriBuilder(app.Urls.Single()) { Host = "127.0.0.1" }.Uri;
        plain = new UriBuilder(secure) { Scheme = Uri.UriSchemeHttp }.Uri;
    }

    public async Task DisposeAsync()
    {
        await app.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Both_are_spoken_and_each_request_knows_by_which_it_came()
    {
        using var client = OwnNetwork.Browser(plain);
        using var body = new ByteArrayContent(new byte[300_000]);
        Assert.Equal("http HTTP/1.1 300000", await (await client.PostAsync(plain, body)).Content.ReadAsStringAsync());
        Assert.Equal("https HTTP/1.1 300000", await (await client.PostAsync(secure, body)).Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_beginning_that_comes_byte_by_byte_is_understood_as_well()
    {
        await using var stream = await RawHttp.OpenAsync(plain);
        foreach (var letter in "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray())
        {
            await stream.WriteAsync(new[] { letter });
        }

        Assert.EndsWith("http HTTP/1.1 0\r\n0\r\n\r\n", await RawHttp.ToEndAsync(stream), StringComparison.Ordinal);

        await using var slow = new SslStream(new ByteByByte(await RawHttp.OpenAsync(plain)), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await slow.AuthenticateAsClientAsync("localhost");
        await slow.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        Assert.Contains("https HTTP/1.1", await RawHttp.ToEndAsync(slow), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\u0016")]
    [InlineData("\u0016\u0003\u0001")]
    [InlineData("\u0016not TLS at all, though it begins so ...................................")]
    [InlineData("\u0000\u0001\u0002")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData("")]
    public async Task Nonsense_ends_its_own_connection_and_no_other(string bytes)
    {
        await using (var stream = await RawHttp.OpenAsync(plain))
        {
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(bytes));
            ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);
            Assert.DoesNotContain("200 OK", await RawHttp.ToEndAsync(stream), StringComparison.Ordinal);
        }

        using var client = OwnNetwork.Browser(secure);
        Assert.Equal("https HTTP/1.1 0", await client.GetStringAsync("/"));
    }

    [Fact]
    public async Task Who_opens_connections_without_end_gets_so_many_and_shuts_nobody_else_out()
    {
        if (OwnNetwork.Address is not { } address)
        {
            NotRun.Say(output, OwnNetwork.Missing);
            return;
        }

        await app.DisposeAsync();
        await StartAsync(IPAddress.Any);
        var there = new UriBuilder(plain) { Host = address.ToString() }.Uri;
        var held = new List<Stream>();
        try
        {
            for (var n = 0; n < Rig.Hosting.PeoplePort.PeoplePort.MaxConnectionsOfNetwork; n++)
            {
                held.Add(await RawHttp.OpenAsync(there));
            }

            // As the system accepts them in order, this one comes when all those are held.
            Assert.Equal("", await RawHttp.AskAsync(there, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
            Assert.Contains("200 OK", await RawHttp.AskAsync(plain, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
        }
        finally
        {
            foreach (var stream in held)
            {
                await stream.DisposeAsync();
            }
        }

        // What was given back counts again.
        await Eventually.HoldsAsync(async () => (await RawHttp.AskAsync(there, "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).Contains("200 OK", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connections_that_a_browser_only_opened_end_when_the_program_stops()
    {
        await using var silent = await RawHttp.OpenAsync(plain);
        using var client = OwnNetwork.Browser(secure);
        Assert.Equal("https HTTP/1.1 0", await client.GetStringAsync("/"));
        var stopping = app.StopAsync();

        // By the program, and not by the time that silence may last: it has not begun to wait for that.
        Assert.Equal("", await RawHttp.ToEndAsync(silent));
        await stopping;
    }

    /// <summary>Hands on each byte as a write of its own.</summary>
    private sealed class ByteByByte(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var n = 0; n < buffer.Length; n++)
            {
                await inner.WriteAsync(buffer.Slice(n, 1), cancellationToken);
            }
        }

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
