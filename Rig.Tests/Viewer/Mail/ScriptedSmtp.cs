using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using MimeKit;
using Rig.Tests.Support;

namespace Rig.Tests.Viewer.Mail;

/// <summary>Where the scripted server goes wrong, once; it then behaves again.</summary>
public enum SmtpFault
{
    None,
    ConnectionDropped,
    GreetingRefused,
    SenderRefused,
    SenderDropped,
    RecipientRefusedForNow,
    RecipientRefusedForGood,
    RecipientDropped,
    DataRefused,
    DataDropped,
    MessageRefusedForNow,
    MessageRefusedForGood,

    /// <summary>The message is kept, and the connection ends before the answer.</summary>
    AnswerDropped,

    /// <summary>The message is kept, and no answer ever comes.</summary>
    AnswerHeldBack,
}

/// <summary>An SMTP server (RFC 5321) on a loopback port that fails where it is told to.</summary>
internal sealed class ScriptedSmtp : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentQueue<MimeMessage> messages = new();
    private readonly ConcurrentQueue<string> commands = new();
    private readonly ConcurrentBag<Task> connections = [];
    private readonly Task accepting;
    private int fault;

    public ScriptedSmtp()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Whatever the server took responsibility for, in order.</summary>
    public IReadOnlyList<MimeMessage> Messages => [.. messages];

    public IReadOnlyList<string> Commands => [.. commands];

    public void FailOnceAt(SmtpFault where) => Volatile.Write(ref fault, (int)where);

    /// <summary>Ends every connection where it stands.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(connections);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        stopping.Dispose();
        listener.Dispose();
    }

    private bool Fails(SmtpFault where) => Interlocked.CompareExchange(ref fault, (int)SmtpFault.None, (int)where) == (int)where;

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stopping.Token);
                connections.Add(ServeAsync(client));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await ConverseAsync(client.GetStream());
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException)
        {
            // The other side went away, or the test is over.
        }
    }

    private async Task ConverseAsync(NetworkStream stream)
    {
        if (Fails(SmtpFault.ConnectionDropped))
        {
            return;
        }

        using var reader = new StreamReader(stream, Encoding.Latin1);
        await SayAsync(stream, Fails(SmtpFault.GreetingRefused) ? "421 not now" : "220 scripted");
        while (await reader.ReadLineAsync(stopping.Token) is { } line)
        {
            commands.Enqueue(line);
            var answer = line.Split(' ', ':')[0].ToUpperInvariant() switch
            {
                "EHLO" => "250-scripted\r\n250 8BITMIME",
                "MAIL" when Fails(SmtpFault.SenderDropped) => null,
                "MAIL" when Fails(SmtpFault.SenderRefused) => "451 not now",
                "RCPT" when Fails(SmtpFault.RecipientDropped) => null,
                "RCPT" when Fails(SmtpFault.RecipientRefusedForNow) => "450 mailbox busy",
                "RCPT" when Fails(SmtpFault.RecipientRefusedForGood) => "550 no such person",
                "DATA" when Fails(SmtpFault.DataDropped) => null,
                "DATA" when Fails(SmtpFault.DataRefused) => "451 not now",
                "DATA" => await ReceiveAsync(stream, reader),
                "QUIT" => "221 bye",
                _ => "250 ok",
            };
            if (answer is null)
            {
                return;
            }

            await SayAsync(stream, answer);
        }
    }

    /// <returns>Null to end the connection without an answer.</returns>
    private async Task<string?> ReceiveAsync(NetworkStream stream, StreamReader reader)
    {
        await SayAsync(stream, "354 go on");
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(stopping.Token) is { } line && line != ".")
        {
            text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        }

        if (Fails(SmtpFault.MessageRefusedForNow))
        {
            return "452 no room";
        }

        if (Fails(SmtpFault.MessageRefusedForGood))
        {
            return "554 not wanted";
        }

        using var bytes = new MemoryStream(Encoding.Latin1.GetBytes(text.ToString()));
        messages.Enqueue(await MimeMessage.LoadAsync(bytes, stopping.Token));
        if (Fails(SmtpFault.AnswerHeldBack))
        {
            await RealTime.NeverAsync(stopping.Token);
        }

        return Fails(SmtpFault.AnswerDropped) ? null : "250 taken";
    }

    private static async Task SayAsync(NetworkStream stream, string line) => await stream.WriteAsync(Encoding.Latin1.GetBytes(line + "\r\n"));
}
