using Npgsql;
using Rig.Hosting.Access;

namespace Rig.Ingest.Accounts;

/// <summary>What a sign-in needs to know of an account.</summary>
/// <param name="KnowsDevice">The browser signed in to it before.</param>
internal sealed record AccountSecret(Account Account, string PasswordHash, bool KnowsDevice);

/// <summary>The people who may use this server. Only the command line of its machine changes them.</summary>
internal sealed class AccountTable(NpgsqlDataSource database, TimeProvider clock)
{
    public async Task<bool> HasAnyAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT EXISTS (SELECT 1 FROM ingest.accounts)");
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>One question, whether or not there is such an account.</summary>
    /// <param name="deviceSha256">Of the browser's device cookie.</param>
    public async Task<AccountSecret?> FindAsync(AccountName name, string deviceSha256, CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT a.account_id, a.name, a.role, a.password_hash,
              EXISTS (SELECT 1 FROM ingest.account_devices d WHERE d.account_id = a.account_id AND d.device_sha256 = $2)
            FROM ingest.accounts a WHERE a.name_key = $1
            """,
            name.Key,
            deviceSha256);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new AccountSecret(new Account(reader.GetInt64(0), reader.GetString(1), reader.GetString(2)), reader.GetString(3), reader.GetBoolean(4))
            : null;
    }

    /// <exception cref="AccountException">The name is taken.</exception>
    public async Task<Account> AddAsync(AccountName name, string role, string passwordHash, CancellationToken cancellationToken)
    {
        await using var command = Command(
            "INSERT INTO ingest.accounts (name, name_key, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name_key) DO NOTHING RETURNING account_id",
            name.Text,
            name.Key,
            role,
            passwordHash,
            clock.GetUtcNow());
        return await command.ExecuteScalarAsync(cancellationToken) is long id
            ? new Account(id, name.Text, role)
            : throw new AccountException($"There is an account {name} already.");
    }

    /// <summary>Ends its sessions too.</summary>
    /// <exception cref="AccountException">There is none, or it is the last owner's.</exception>
    public Task RemoveAsync(AccountName name, CancellationToken cancellationToken) =>
        ChangeAsync(name, leavesOwner: false, "DELETE FROM ingest.accounts WHERE account_id = $1", cancellationToken);

    /// <summary>Holds from the next request of its people on.</summary>
    /// <exception cref="AccountException">There is none, or it is the last owner's.</exception>
    public Task SetRoleAsync(AccountName name, string role, CancellationToken cancellationToken) =>
        ChangeAsync(name, role == Roles.Owner, "UPDATE ingest.accounts SET role = $2 WHERE account_id = $1", cancellationToken, role);

    /// <summary>Ends its sessions and forgets its browsers: whoever knew the old password is out.</summary>
    /// <exception cref="AccountException">There is none.</exception>
    public Task SetPasswordAsync(AccountName name, string passwordHash, CancellationToken cancellationToken) => ChangeAsync(
        name,
        leavesOwner: true,
        """
        WITH sessions AS (DELETE FROM ingest.account_sessions WHERE account_id = $1), devices AS (DELETE FROM ingest.account_devices WHERE account_id = $1)
        UPDATE ingest.accounts SET password_hash = $2 WHERE account_id = $1
        """,
        cancellationToken,
        passwordHash);

    /// <summary>By name.</summary>
    public async Task<IReadOnlyList<AccountLine>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = Command(
            """
            SELECT a.name, a.role, a.created_at, count(s.account_id), max(s.last_seen_at)
            FROM ingest.accounts a LEFT JOIN ingest.account_sessions s ON s.account_id = a.account_id AND s.last_seen_at >= $1
            GROUP BY a.account_id ORDER BY a.name_key
            """,
            clock.GetUtcNow() - AccountSessions.Length);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<AccountLine>();
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(new AccountLine(
                reader.GetString(0), reader.GetString(1), reader.GetDateTime(2), reader.GetInt64(3), await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetDateTime(4)));
        }

        return lines;
    }

    /// <param name="leavesOwner">The account may be the last owner's: it stays one.</param>
    /// <param name="change">$1 is the account, $2 and on are the values.</param>
    private async Task ChangeAsync(AccountName name, bool leavesOwner, string change, CancellationToken cancellationToken, params object[] values)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Two that take away an owner each wait for one another.
        await using (var owners = new NpgsqlCommand("LOCK TABLE ingest.accounts IN SHARE ROW EXCLUSIVE MODE", connection, transaction))
        {
            await owners.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var find = new NpgsqlCommand(
            "SELECT account_id, role = $2 AND (SELECT count(*) FROM ingest.accounts WHERE role = $2) = 1 FROM ingest.accounts WHERE name_key = $1", connection, transaction)
        {
            Parameters = { new() { Value = name.Key }, new() { Value = Roles.Owner } },
        };
        var (id, isLastOwner) = (0L, false);
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            if (!await reader.ReadAsync(cancellationToken))
            {
                throw new AccountException($"There is no account {name}.");
            }

            (id, isLastOwner) = (reader.GetInt64(0), reader.GetBoolean(1));
        }

        if (isLastOwner && !leavesOwner)
        {
            throw new AccountException($"{name} is the only owner. Make another owner first.");
        }

        await using var command = new NpgsqlCommand(change, connection, transaction) { Parameters = { new() { Value = id } } };
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}
