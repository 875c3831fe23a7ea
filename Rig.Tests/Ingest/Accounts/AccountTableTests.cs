using Npgsql;
using Rig.Hosting.Access;
using Rig.Ingest.Accounts;
using Rig.Ingest.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Accounts;

[Collection(PostgresTests.Name)]
public sealed class AccountTableTests(PostgresFixture postgres)
{
    private const int SchemaBefore = 6;

    [Fact]
    public async Task A_database_of_the_version_before_keeps_its_sessions_and_gets_accounts()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.NewDatabaseAsync());
        var schema = new SchemaGate(source);
        await schema.UpgradeToAsync(SchemaBefore, CancellationToken.None);
        await ExecuteAsync(source, "INSERT INTO ingest.session_manifests (session_id, manifest) VALUES ('GAME_1', '{}')");

        Assert.NotEqual(0, await schema.UpgradeAsync(CancellationToken.None));
        await schema.CheckAsync(CancellationToken.None);
        Assert.Equal(1L, await ExecuteAsync(source, "SELECT count(*) FROM ingest.session_manifests"));
        var accounts = new AccountTable(source, TimeProvider.System);
        Assert.False(await accounts.HasAnyAsync(CancellationToken.None));
        await accounts.AddAsync(Name("Ann"), Roles.Owner, "hash", CancellationToken.None);
        Assert.True(await accounts.HasAnyAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Two_that_remove_the_last_two_owners_at_once_leave_one()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.NewDatabaseAsync());
        await new SchemaGate(source).UpgradeAsync(CancellationToken.None);
        var accounts = new AccountTable(source, TimeProvider.System);
        await accounts.AddAsync(Name("Ann"), Roles.Owner, "hash", CancellationToken.None);
        await accounts.AddAsync(Name("Ben"), Roles.Owner, "hash", CancellationToken.None);

        var removals = new[] { accounts.RemoveAsync(Name("Ann"), CancellationToken.None), accounts.SetRoleAsync(Name("Ben"), Roles.Member, CancellationToken.None) };
        await Assert.ThrowsAsync<AccountException>(() => Task.WhenAll(removals));
        Assert.Equal(1, removals.Count(removal => removal.IsCompletedSuccessfully));
        Assert.Equal(1L, await ExecuteAsync(source, "SELECT count(*) FROM ingest.accounts WHERE role = 'owner'"));
    }

    [Theory]
    [InlineData("Ann", "ann")]
    [InlineData("  ANN ", "ann")]
    [InlineData("Zoë Lee", "zoë lee")]
    [InlineData("", null)]
    [InlineData("   ", null)]
    [InlineData("a\nb", null)]
    [InlineData("a\0b", null)]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123456789", null)]
    public void A_name_is_one_person_however_it_is_written(string text, string? key) => Assert.Equal(key, AccountName.TryParse(text, out var name) ? name.Key : null);

    [Fact]
    public void Half_of_a_character_is_no_name() => Assert.False(AccountName.TryParse("a" + (char)0xd800, out _));

    private static AccountName Name(string text)
    {
        Assert.True(AccountName.TryParse(text, out var name));
        return name;
    }

    private static async Task<object?> ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
