using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Rig.Domain.Identity;
using Rig.Ingest.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Storage;

[Collection(PostgresTests.Name)]
public sealed class TakeLeaseTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private static readonly TakeId Take = new(SessionId.Parse("GAME_20261121_140000"), CameraId.Parse("CAM_C"), 1);

    private NpgsqlDataSource database = null!;

    public async Task InitializeAsync()
    {
        database = NpgsqlDataSource.Create(await postgres.NewDatabaseAsync());
        await new SchemaGate(database).UpgradeAsync(CancellationToken.None);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    private TakeLeases Server() => new(database, TimeProvider.System, NullLogger<TakeLeases>.Instance);

    [Fact]
    public async Task A_take_is_leased_once_and_again_after_it_was_given_up()
    {
        await using (var first = await Server().TryAcquireAsync(Take, Long, CancellationToken.None))
        {
            Assert.NotNull(first);
            Assert.Null(await Server().TryAcquireAsync(Take, Long, CancellationToken.None));
            await using var other = await Server().TryAcquireAsync(Take with { Take = 2 }, Long, CancellationToken.None);
            Assert.NotNull(other);
        }

        await using var again = await Server().TryAcquireAsync(Take, Long, CancellationToken.None);
        Assert.NotNull(again);
    }

    [Fact]
    public async Task Of_many_servers_at_once_exactly_one_gets_the_take()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Server().TryAcquireAsync(Take, Long, CancellationToken.None)));

        var won = Assert.Single(claims, claim => claim is not null);
        await won!.DisposeAsync();
    }

    [Fact]
    public async Task A_lease_is_renewed_while_its_owner_lives()
    {
        await using var lease = await Server().TryAcquireAsync(Take, TimeSpan.FromSeconds(1.5), CancellationToken.None);
        var first = await UntilAsync();

        await Eventually.HoldsAsync(async () => await UntilAsync() > first.AddSeconds(1));
        Assert.False(lease!.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task A_server_whose_lease_another_one_took_is_told_and_changes_nothing_any_more()
    {
        var lost = (await Server().TryAcquireAsync(Take, TimeSpan.FromSeconds(0.9), CancellationToken.None))!;
        // As after a pause of the whole process: the row ran out before the owner renewed it.
        await ExecuteAsync("UPDATE ingest.take_leases SET lease_until = clock_timestamp() - interval '1 s', claim = 'the dead'");
        await using var taken = await Server().TryAcquireAsync(Take, Long, CancellationToken.None);
        Assert.NotNull(taken);

        await Eventually.HoldsAsync(() => lost.Lost.IsCancellationRequested);
        await lost.DisposeAsync();

        Assert.Null(await Server().TryAcquireAsync(Take, Long, CancellationToken.None));
    }

    private async Task<DateTime> UntilAsync()
    {
        await using var command = database.CreateCommand("SELECT lease_until FROM ingest.take_leases");
        return (DateTime)(await command.ExecuteScalarAsync())!;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
