using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Accounts;

/// <summary>
/// Whether the time of a refused sign-in tells who has an account: medians for an address without an account, a wrong password, an
/// account that was locked, and one that has to wait, asked in turn of a built rig-viewer.
/// </summary>
internal static partial class ViewerSignInBench
{
    private const string Password = "correct horse battery";

    // Their wrong tries come from ever new networks, so that none of them has to wait.
    private static readonly (string Name, string Email, bool Waits)[] Kinds =
    [
        ("unknown", "nobody@example.org", false),
        ("wrong", "wrong@example.org", false),
        ("locked", "locked@example.org", false),
        ("waiting", "waiting@example.org", true),
    ];

    internal static async Task<int> RunAsync(int tries, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        var databaseFolder = Directory.CreateTempSubdirectory("rig-bench-postgres-").FullName;
        try
        {
            await using var postgres = await PrivatePostgres.StartAsync(databaseFolder, durable: true, cancellationToken);
            await postgres.CreateDatabaseAsync("rig_viewer", cancellationToken);
            var address = new Uri($"http://127.0.0.1:{FreePort.Next()}");
            var settings = new Dictionary<string, string>
            {
                ["Rig__Viewer__ListenUrl"] = address.GetLeftPart(UriPartial.Authority),
                ["Rig__Viewer__LoginAttemptsPerMinute"] = "1000",
                ["Rig__Database__ConnectionString"] = postgres.ConnectionString("rig_viewer"),
                ["Rig__Media__Path"] = Path.Combine(folder, "media"),
            };
            await MakePeopleAsync(settings, folder, postgres.ConnectionString("rig_viewer"), cancellationToken);
            await using var viewer = DemoProcess.Start("viewer", "rig-viewer", [], settings, folder);
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = address };
            return SignInTimes.Report("sign-in-timing viewer", await MeasureAsync(client, await TokenAsync(client, cancellationToken), tries, cancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            Directory.Delete(databaseFolder, recursive: true);
        }
    }

    private static async Task MakePeopleAsync(Dictionary<string, string> settings, string folder, string connectionString, CancellationToken cancellationToken)
    {
        await DemoProcess.RunAsync("rig-viewer", ["upgrade"], settings, folder, null, cancellationToken);
        foreach (var (name, email, _) in Kinds[1..])
        {
            await DemoProcess.RunAsync("rig-viewer", ["add-user", "--email", email, "--name", $"Ann {name}", "--role", "admin", "--password-stdin"], settings, folder, Password, cancellationToken);
        }

        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var lockOut = source.CreateCommand("UPDATE users SET lockout_enabled = true, lockout_end = '2999-01-01Z' WHERE email = 'locked@example.org'");
        await lockOut.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<Dictionary<string, List<double>>> MeasureAsync(HttpClient client, string token, int tries, CancellationToken cancellationToken)
    {
        const int Rehearsals = 8;
        var times = Kinds.ToDictionary(kind => kind.Name, _ => new List<double>());
        for (var round = 0; times.Values.Any(list => list.Count < tries); round++)
        {
            // The order turns, so that no kind always comes after the same one.
            for (var i = 0; i < Kinds.Length; i++)
            {
                var kind = Kinds[(round + i) % Kinds.Length];
                var network = kind.Waits ? "192.0.2.1" : string.Create(CultureInfo.InvariantCulture, $"10.{i}.{round / 256 % 256}.{round % 256}");
                var (elapsedMs, waits) = await TryAsync(client, token, kind.Email, network, cancellationToken);
                if (round >= Rehearsals && waits == kind.Waits && times[kind.Name].Count < tries)
                {
                    times[kind.Name].Add(elapsedMs);
                }
            }
        }

        return times;
    }

    private static async Task<(double ElapsedMs, bool Waits)> TryAsync(HttpClient client, string token, string email, string network, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/login")
        {
            Content = new FormUrlEncodedContent([new("Input.Email", email), new("Input.Password", "wrong password!"), new("__RequestVerificationToken", token)]),
            Headers = { { "X-Forwarded-For", network } },
        };
        var clock = Stopwatch.StartNew();
        using var answer = await client.SendAsync(request, cancellationToken);
        var page = await answer.Content.ReadAsStringAsync(cancellationToken);
        var elapsedMs = clock.Elapsed.TotalMilliseconds;
        answer.EnsureSuccessStatusCode();
        return (elapsedMs, page.Contains("too many wrong tries", StringComparison.Ordinal));
    }

    private static async Task<string> TokenAsync(HttpClient client, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < 240; attempt++)
        {
            try
            {
                return TokenPattern().Match(await client.GetStringAsync("/login", cancellationToken)).Groups[1].Value;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
                await Task.Delay(TimeSpan.FromMilliseconds(250), cancellationToken);
            }
        }

        throw new TimeoutException("rig-viewer did not answer within a minute.");
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" type=\"hidden\" value=\"([^\"]+)\"")]
    private static partial Regex TokenPattern();
}
