using System.Diagnostics;
using System.Globalization;
using System.Net;
using Npgsql;
using Rig.Rehearsal.Demo;

namespace Rig.Bench.Watch;

/// <summary>
/// <c>season [requests]</c>: how long the game page and the season page take a built rig-viewer with 500 games and 100,000 moments of
/// 16 teams, as a client on the same machine sees it, beside a plain SELECT of the same rows through the same driver, in turn.
/// </summary>
internal static class SeasonBench
{
    private const int Teams = 16;
    private const int Games = 500;
    private const int Events = 100_000;
    private const double GoalMs = 50;
    private const int Rehearsals = 20;
    private const string Email = "bench@example.org";
    private const string Password = "correct horse battery";

    private const string Seed = """
        INSERT INTO players (first_name, last_name, default_position) SELECT 'Player', i::text, CASE WHEN i % 14 = 0 THEN 'goalkeeper' ELSE 'midfielder' END FROM generate_series(0, 16 * 14 - 1) i;
        INSERT INTO team_player (team_id, player_id, jersey_number) SELECT 1 + (id - 1) / 14, id, (1 + (id - 1) % 14)::text FROM players;
        INSERT INTO games (team_id, session_id, opponent, game_date, duration_seconds, is_processed, our_side, home_score, away_score, game_metadata)
          SELECT 1 + i % 16, 'BENCH_' || i, 'Opponent ' || i, timestamptz '2026-09-01' + i * interval '1 day', 5400, true, 'a', 2, 1,
            jsonb_build_object('fps', 30, 'panorama', jsonb_build_object('width', 5676, 'height', 1256, 'focal_px', 1500, 'center_column', 2838, 'horizon_row', 300),
              'follow', (SELECT jsonb_agg(jsonb_build_object('t_seconds', t, 'yaw_deg', t % 40, 'pitch_deg', 7, 'fov_deg', 40)) FROM generate_series(0, 5399) t))
          FROM generate_series(0, 499) i;
        INSERT INTO game_events (game_id, player_id, event_type, timestamp_seconds, confidence, field_position_x, field_position_y, side)
          SELECT g.id, CASE WHEN e % 2 = 0 THEN 1 + (g.team_id - 1) * 14 + e % 14 END,
            (ARRAY['goal', 'shot', 'shot_on_target', 'assist', 'pass', 'pass', 'pass', 'pass', 'tackle', 'tackle', 'interception', 'save', 'dribble', 'foul'])[1 + e % 14],
            e * 27, 0.8, e * 37 % 105, e * 29 % 68, CASE WHEN e % 3 = 0 THEN 'b' ELSE 'a' END
          FROM games g, generate_series(0, 199) e;
        INSERT INTO clips (game_id, title, event_type, file_name, thumbnail_file_name, start_time, end_time, is_hidden)
          SELECT id, 'Clip ' || c, 'goal', 'clip-' || c || '.mp4', 'clip-' || c || '.jpg', c * 100, c * 100 + 10, false FROM games, generate_series(1, 20) c;
        ANALYZE;
        """;

    public static async Task<int> RunAsync(int requests, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("rig-bench-").FullName;
        var databaseFolder = Directory.CreateTempSubdirectory("rig-bench-postgres-").FullName;
        try
        {
            await using var postgres = await PrivatePostgres.StartAsync(databaseFolder, durable: true, cancellationToken);
            await postgres.CreateDatabaseAsync("rig_viewer", cancellationToken);
            var port = FreePort.Next();
            var settings = new Dictionary<string, string>
            {
                ["Rig__Viewer__ListenUrl"] = $"http://127.0.0.1:{port}",
                ["Rig__Database__ConnectionString"] = postgres.ConnectionString("rig_viewer"),
                ["Rig__Media__Path"] = Path.Combine(folder, "media"),
            };
            await DemoProcess.RunAsync("rig-viewer", ["upgrade"], settings, folder, null, cancellationToken);
            for (var team = 0; team < Teams; team++)
            {
                await DemoProcess.RunAsync("rig-viewer", ["add-team", "--code", $"BENCH{team}", "--name", $"Bench {team}", "--season", "Fall 2026"], settings, folder, null, cancellationToken);
            }

            await DemoProcess.RunAsync("rig-viewer", ["add-user", "--email", Email, "--name", "Ann Bench", "--role", "coach", "--team", "BENCH0", "--password-stdin"], settings, folder, Password, cancellationToken);
            await using var source = NpgsqlDataSource.Create(postgres.ConnectionString("rig_viewer"));
            await using (var seed = source.CreateCommand(Seed))
            {
                await seed.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var viewer = DemoProcess.Start("viewer", "rig-viewer", [], settings, folder);
            using var person = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await SignInAsync(person, cancellationToken);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Games} games and {Events} moments of {Teams} teams"));

            var gameIds = await IdsAsync(source, cancellationToken);
            var inTime = await CompareAsync(
                "game page", requests, i => $"/games/{gameIds[i % gameIds.Count]}", i => $"SELECT * FROM games WHERE id = {gameIds[i % gameIds.Count]}; SELECT * FROM game_events WHERE game_id = {gameIds[i % gameIds.Count]}; SELECT * FROM clips WHERE game_id = {gameIds[i % gameIds.Count]}",
                person, source, cancellationToken);
            inTime &= await CompareAsync(
                "season page", requests, _ => "/teams/1", _ => "SELECT * FROM team_player WHERE team_id = 1; SELECT id, team_id, game_date, opponent, our_side, home_score, away_score FROM games WHERE team_id = 1; SELECT e.* FROM game_events e JOIN games g ON g.id = e.game_id WHERE g.team_id = 1",
                person, source, cancellationToken);
            return inTime ? 0 : 1;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
            Directory.Delete(databaseFolder, recursive: true);
        }
    }

    private static async Task<bool> CompareAsync(string name, int requests, Func<int, string> path, Func<int, string> sql, HttpClient person, NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var (pages, plain) = (new List<double>(), new List<double>());
        for (var i = -Rehearsals; i < requests; i++)
        {
            var clock = Stopwatch.StartNew();
            using (var answer = await person.GetAsync(path(i + Rehearsals), cancellationToken))
            {
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            }

            var pageMs = clock.Elapsed.TotalMilliseconds;
            clock.Restart();
            await ReadAsync(source, sql(i + Rehearsals), cancellationToken);
            if (i >= 0)
            {
                pages.Add(pageMs);
                plain.Add(clock.Elapsed.TotalMilliseconds);
            }
        }

        pages.Sort();
        plain.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{name}: median {At(pages, 0.5):0.0} ms, p95 {At(pages, 0.95):0.0} ms (goal {GoalMs:0}); plain SELECT of the same rows median {At(plain, 0.5):0.0} ms, p95 {At(plain, 0.95):0.0} ms"));
        return At(pages, 0.95) <= GoalMs;
    }

    private static async Task ReadAsync(NpgsqlDataSource source, string sql, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        do
        {
            var values = new object[rows.FieldCount];
            while (await rows.ReadAsync(cancellationToken))
            {
                rows.GetValues(values);
            }
        }
        while (await rows.NextResultAsync(cancellationToken));
    }

    private static async Task<IReadOnlyList<int>> IdsAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand("SELECT id FROM games WHERE team_id = 1 ORDER BY id");
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        List<int> ids = [];
        while (await rows.ReadAsync(cancellationToken))
        {
            ids.Add(rows.GetInt32(0));
        }

        return ids;
    }

    private static double At(List<double> sorted, double share) => sorted[(int)((sorted.Count - 1) * share)];

    private static async Task SignInAsync(HttpClient person, CancellationToken cancellationToken)
    {
        const string Mark = "name=\"__RequestVerificationToken\" type=\"hidden\" value=\"";
        var page = "";
        for (var attempt = 0; page.Length == 0; attempt++)
        {
            try
            {
                page = await person.GetStringAsync("/login", cancellationToken);
            }
            catch (HttpRequestException) when (attempt < 300)
            {
                await Task.Delay(100, cancellationToken);
            }
        }

        var from = page.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length;
        using var form = new FormUrlEncodedContent([new("Input.Email", Email), new("Input.Password", Password), new("__RequestVerificationToken", page[from..page.IndexOf('"', from)])]);
        using var answer = await person.PostAsync("/login", form, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Redirect)
        {
            throw new InvalidOperationException($"The viewer refused the login: {answer.StatusCode}.");
        }
    }
}
