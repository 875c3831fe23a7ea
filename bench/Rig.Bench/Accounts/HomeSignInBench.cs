using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Rig.Bench.Receive;

namespace Rig.Bench.Accounts;

/// <summary>
/// As <see cref="ViewerSignInBench"/>, of a built rig-ingest: a name without an account, a wrong password, and a name that has to wait.
/// The server believes no proxy, so each try comes from a loopback address of its own.
/// </summary>
internal static class HomeSignInBench
{
    private const string Password = "correct horse battery";
    private const int Rehearsals = 8;

    private static readonly (string Reason, string Name, bool Waits)[] Kinds = [("unknown", "nobody", false), ("wrong", "wrong", false), ("waiting", "waiting", true)];

    internal static async Task<int> RunAsync(int tries, CancellationToken cancellationToken)
    {
        await using var ingest = await IngestUnderTest.StartAsync(new Dictionary<string, string> { ["Rig__Security__SignInsPerMinute"] = "10000" }, cancellationToken);
        foreach (var (_, name, _) in Kinds[1..])
        {
            await ingest.RunAsync(["account", "add", name], Password, cancellationToken);
        }

        var times = Kinds.ToDictionary(kind => kind.Reason, _ => new List<double>());
        for (var round = 0; times.Values.Any(list => list.Count < tries); round++)
        {
            // The order turns, so that no kind always comes after the same one.
            for (var i = 0; i < Kinds.Length; i++)
            {
                var kind = Kinds[(round + i) % Kinds.Length];
                var from = kind.Waits ? IPAddress.Parse("127.9.9.9") : new IPAddress([127, (byte)(10 + i), (byte)(round / 250 % 250), (byte)(1 + (round % 250))]);
                var (elapsedMs, waits) = await TryAsync(ingest.Address, from, kind.Name, cancellationToken);
                if (round >= Rehearsals && waits == kind.Waits && times[kind.Reason].Count < tries)
                {
                    times[kind.Reason].Add(elapsedMs);
                }
            }
        }

        return SignInTimes.Report("sign-in-timing home server", times);
    }

    private static async Task<(double ElapsedMs, bool Waits)> TryAsync(Uri server, IPAddress from, string name, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = (context, ct) => ConnectAsync(from, context.DnsEndPoint, ct) }) { BaseAddress = server };

        // Opens the connection, which is no part of the time.
        using var health = await client.GetAsync("/health", cancellationToken);
        var clock = Stopwatch.StartNew();
        using var answer = await client.PostAsJsonAsync("/api/v1/sign-in", new { name, password = "wrong password!" }, cancellationToken);
        await answer.Content.ReadAsStringAsync(cancellationToken);
        var elapsedMs = clock.Elapsed.TotalMilliseconds;
        return answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests
            ? (elapsedMs, answer.StatusCode == HttpStatusCode.TooManyRequests)
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"rig-ingest answered {(int)answer.StatusCode}."));
    }

    private static async ValueTask<Stream> ConnectAsync(IPAddress from, DnsEndPoint to, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Bind(new IPEndPoint(from, 0));
        await socket.ConnectAsync(to, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
