using Npgsql;
using Rig.Hosting.Configuration;
using Rig.Ingest.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Frames;

/// <summary>Migrations whose numbers leave gaps.</summary>
[Collection(PostgresTests.Name)]
public sealed class SchemaTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_migration_that_came_into_a_gap_later_is_asked_for_and_applied()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.NewDatabaseAsync());
        var schema = new SchemaGate(source);
        Assert.True(await schema.UpgradeAsync(CancellationToken.None) > 1);
        await schema.CheckAsync(CancellationToken.None);
        Assert.Equal(0, await schema.UpgradeAsync(CancellationToken.None));

        await using var command = source.CreateCommand("DELETE FROM ingest.schema_version WHERE version = 4; ALTER TABLE ingest.takes DROP COLUMN problem");
        await command.ExecuteNonQueryAsync();
        var refused = await Assert.ThrowsAsync<StartupException>(() => schema.CheckAsync(CancellationToken.None));
        Assert.Contains("rig-ingest upgrade", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, await schema.UpgradeAsync(CancellationToken.None));
        await schema.CheckAsync(CancellationToken.None);
    }
}
