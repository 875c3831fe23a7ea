using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using Rig.Tests.Support;
using Rig.Viewer.Storage;

namespace Rig.Tests.Viewer;

[Collection(PostgresTests.Name)]
public sealed class SchemaTests(PostgresFixture postgres)
{
    [Fact]
    public async Task The_migrations_make_exactly_what_the_model_describes()
    {
        var connectionString = await postgres.NewDatabaseAsync();
        await using var db = Open(connectionString);
        Assert.False(db.Database.HasPendingModelChanges(), "Run 'dotnet ef migrations add': the model was changed without a migration.");
        await new Migrator(db).UpgradeAsync(CancellationToken.None);
        var tables = db.Model.GetRelationalModel().Tables.ToList();

        var columns = tables.SelectMany(table => table.Columns.Select(column => $"{table.Name}.{column.Name} {column.StoreType} {(column.IsNullable ? "NULL" : "NOT NULL")}"));
        Assert.Equal(columns.Order(StringComparer.Ordinal), await ReadAsync(connectionString, """
            SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE ' NULL' END
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND c.relname <> '__EFMigrationsHistory'
            """));

        var indexes = tables.SelectMany(table => table.Indexes.Select(index => $"{table.Name} {(index.IsUnique ? "UNIQUE " : "")}({Names(index.Columns)})")
            .Append($"{table.Name} UNIQUE ({Names(table.PrimaryKey!.Columns)})"));
        Assert.Equal(indexes.Order(StringComparer.Ordinal), await ReadAsync(connectionString, """
            SELECT c.relname || CASE WHEN i.indisunique THEN ' UNIQUE' ELSE '' END || ' (' || string_agg(a.attname, ',' ORDER BY k.position) || ')'
            FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(attnum, position)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
            WHERE c.relnamespace = 'public'::regnamespace AND c.relname <> '__EFMigrationsHistory'
            GROUP BY c.relname, i.indexrelid, i.indisunique
            """));

        var references = tables.SelectMany(table => table.ForeignKeyConstraints.Select(key =>
            $"{table.Name} ({Names(key.Columns)}) {key.PrincipalTable.Name} {OnDelete(key.OnDeleteAction)}"));
        Assert.Equal(references.Order(StringComparer.Ordinal), await ReadAsync(connectionString, """
            SELECT conrelid::regclass || ' (' || (SELECT string_agg(attname, ',') FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey)) || ') '
              || confrelid::regclass || ' ' || confdeltype::text
            FROM pg_constraint WHERE contype = 'f'
            """));
    }

    [Fact]
    public async Task Upgrading_again_changes_nothing_and_two_at_once_wait_for_each_other()
    {
        var connectionString = await postgres.NewDatabaseAsync();
        await using var first = Open(connectionString);
        await using var second = Open(connectionString);
        var (migrator, other) = (new Migrator(first), new Migrator(second));
        var empty = await migrator.ReadAsync(CancellationToken.None);
        Assert.Null(empty.Name);
        Assert.NotEmpty(empty.Pending);
        var both = await Task.WhenAll(migrator.UpgradeAsync(CancellationToken.None), other.UpgradeAsync(CancellationToken.None));
        Assert.Equal(empty.Pending, both.SelectMany(applied => applied));
        Assert.Empty(await migrator.UpgradeAsync(CancellationToken.None));
        var upgraded = await migrator.ReadAsync(CancellationToken.None);
        Assert.Equal((migrator.ProgramSchema, 0, 0), (upgraded.Name, upgraded.Pending.Count, upgraded.Unknown.Count));
    }

    /// <summary>Stored in databases and used in URLs: a name may be added here, never changed or taken away.</summary>
    [Fact]
    public void Stored_names_only_ever_grow()
    {
        Assert.Equal("parent, family, player, coach, admin", SnakeCase.Choices<UserRole>());
        Assert.Equal("goalkeeper, defender, midfielder, forward, unknown", SnakeCase.Choices<PlayerPosition>());
        Assert.Equal("instant, daily, weekly, none", SnakeCase.Choices<NotifyFrequency>());
        Assert.Equal("follower, team_parent, manager", SnakeCase.Choices<UserTeamRole>());
        Assert.Equal(
            "goal, shot, shot_on_target, assist, pass, dribble, tackle, interception, save, save_diving, save_reflex, punch, catch, distribution, goal_kick, foul, yellow_card, red_card",
            SnakeCase.Choices<GameEventType>());
    }

    private static ViewerDb Open(string connectionString) => new(new DbContextOptionsBuilder<ViewerDb>().UseNpgsql(connectionString).Options);

    private static string Names(IReadOnlyList<IColumn> columns) => string.Join(",", columns.Select(column => column.Name));

    private static char OnDelete(ReferentialAction action) => action switch
    {
        ReferentialAction.Cascade => 'c',
        ReferentialAction.SetNull => 'n',
        _ => 'a',
    };

    private static async Task<IReadOnlyList<string>> ReadAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        List<string> lines = [];
        while (await rows.ReadAsync())
        {
            lines.Add(rows.GetString(0));
        }

        return [.. lines.Order(StringComparer.Ordinal)];
    }
}
