using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Rig.Hosting.Configuration;
using Rig.Tests.Support;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer;

/// <summary>Databases that a rig-viewer of before made: Schema/vN.sql is what it ran, as it ran it.</summary>
[Collection(PostgresTests.Name)]
public sealed class OlderDatabaseTests(PostgresFixture postgres)
{
    /// <summary>A row in every table.</summary>
    private const string Rows = """
        INSERT INTO organizations (name, slug) VALUES ('Riverside FC', 'riverside-fc');
        INSERT INTO teams (organization_id, name, team_code, is_active) VALUES (1, 'Blue Lightning', 'BLUE12', true);
        INSERT INTO players (first_name, last_name, default_position) VALUES ('Kim', 'Lee', 'goalkeeper');
        INSERT INTO users (first_name, last_name, role, notify_frequency, notify_goals, notify_saves, notify_highlights, notify_game_ready,
          email, normalized_email, email_confirmed, password_hash, phone_confirmed, two_factor_enabled, lockout_enabled, access_failed_count)
          VALUES ('Ann', 'Lee', 'coach', 'daily', true, false, true, true, 'ann@example.org', 'ANN@EXAMPLE.ORG', true, 'hash', false, false, true, 2);
        INSERT INTO user_claims (user_id, claim_type, claim_value) VALUES (1, 'type', 'value');
        INSERT INTO user_logins (login_provider, provider_key, user_id) VALUES ('provider', 'key', 1);
        INSERT INTO user_tokens (user_id, login_provider, name, value) VALUES (1, 'provider', 'name', 'token');
        INSERT INTO parent_player (parent_id, player_id, relationship) VALUES (1, 1, 'mother');
        INSERT INTO team_coach (team_id, user_id) VALUES (1, 1);
        INSERT INTO team_player (team_id, player_id, jersey_number) VALUES (1, 1, '00');
        INSERT INTO user_team (user_id, team_id, role) VALUES (1, 1, 'manager');
        INSERT INTO games (team_id, session_id, game_date, duration_seconds, is_processed, game_metadata)
          VALUES (1, 'GAME_20261121_140000', '2026-11-21T14:00:00Z', 5400.5, true, '{"pitch":1}');
        INSERT INTO game_announcements (game_id, payload, is_published, announced_at) VALUES (1, '{"a":1}', true, '2026-11-21T18:00:00Z');
        INSERT INTO game_events (game_id, player_id, event_type, timestamp_seconds, confidence, side) VALUES (1, 1, 'save_diving', 61.25, 0.9, 'a');
        INSERT INTO media_files (game_id, name, size_bytes, sha256, content_type) VALUES (1, 'panorama.mp4', 5000000000, 'abc', 'video/mp4');
        INSERT INTO clips (game_id, event_id, title, event_type, file_name, thumbnail_file_name, start_time, end_time)
          VALUES (1, 1, 'Save', 'save_diving', 'c.mp4', 'c.jpg', 56.25, 66.25);
        """;

    /// <summary>What there was to read: later schemas have columns beside it.</summary>
    private const string ColumnsOfTables = """
        SELECT 'SELECT ' || string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position) || ' FROM ' || table_name FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT IN ('schema_version', '__EFMigrationsHistory') GROUP BY table_name
        """;

    /// <summary>Everything that a later migration may name: columns, keys, references and indexes with their names.</summary>
    private const string Catalogue = """
        SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || a.attnotnull || a.attidentity::text
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
          WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
        UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
        """;

    [Fact]
    public async Task The_upgrade_verb_takes_a_database_of_numbered_sql_over_without_loss()
    {
        var (older, fresh) = (await postgres.NewDatabaseAsync(), await postgres.NewDatabaseAsync());
        await MakeOlderAsync(older, version: 1);
        await ExecuteAsync(older, Rows);
        var tables = await ReadAsync(older, ColumnsOfTables);
        var before = await ContentsAsync(older, tables);
        Assert.All(before, table => Assert.NotEmpty(table));

        Assert.Contains("is now at schema", await UpgradeAsync(older), StringComparison.Ordinal);
        Assert.Contains("up to date", await UpgradeAsync(older), StringComparison.Ordinal);
        Assert.Contains("is now at schema", await UpgradeAsync(fresh), StringComparison.Ordinal);

        Assert.Equal(await ReadAsync(fresh, Catalogue), await ReadAsync(older, Catalogue));
        Assert.Equal(before, await ContentsAsync(older, tables));
        await using var db = Open(older);
        var state = await new Migrator(db).ReadAsync(CancellationToken.None);
        Assert.Equal((0, 0), (state.Pending.Count, state.Unknown.Count));
        var clip = await db.Clips.Include(row => row.Event).SingleAsync();
        Assert.Equal((GameEventType.SaveDiving, 61.25), (clip.EventType, clip.Event!.TimestampSeconds));
        db.Players.Add(new Player { FirstName = "Pat", LastName = "Lee" });
        await db.SaveChangesAsync();
    }

    [Fact]
    public async Task A_record_that_no_program_made_is_refused_and_nothing_is_changed()
    {
        var database = await postgres.NewDatabaseAsync();
        await MakeOlderAsync(database, version: 7);
        var before = await ReadAsync(database, Catalogue);
        await using var db = Open(database);
        var refused = await Assert.ThrowsAsync<StartupException>(() => new Migrator(db).UpgradeAsync(CancellationToken.None));
        Assert.Contains("7", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await ReadAsync(database, Catalogue));
    }

    private static async Task MakeOlderAsync(string database, int version)
    {
        using var reader = new StreamReader(typeof(OlderDatabaseTests).Assembly.GetManifestResourceStream("Schema.v1.sql")!);
        await ExecuteAsync(database, await reader.ReadToEndAsync());
        await ExecuteAsync(database, $"INSERT INTO schema_version (version, applied_at) VALUES ({version}, now())");
    }

    /// <summary>The program itself, as an operator runs it.</summary>
    private static async Task<string> UpgradeAsync(string database)
    {
        var start = new ProcessStartInfo(Path.Combine(ViewerServer.ProgramFolder, "rig-viewer"), ["upgrade"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["Rig__Database__ConnectionString"] = database;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output;
    }

    private static async Task<List<IReadOnlyList<string>>> ContentsAsync(string database, IEnumerable<string> selects)
    {
        List<IReadOnlyList<string>> contents = [];
        foreach (var select in selects)
        {
            contents.Add(await ReadAsync(database, $"SELECT to_jsonb(t)::text FROM ({select}) t"));
        }

        return contents;
    }

    private static ViewerDb Open(string connectionString) => new(new DbContextOptionsBuilder<ViewerDb>().UseNpgsql(connectionString).Options);

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<IReadOnlyList<string>> ReadAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await rows.ReadAsync())
        {
            lines.Add(rows.GetString(0));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }
}
