using Npgsql;
using Rig.Hosting.Accounts;

namespace Rig.Ingest.Accounts;

/// <summary>Who is signed in where. A cookie counts only while its session is here, so that a copy of it ends with the original.</summary>
internal sealed class AccountSessions(NpgsqlDataSource database, TimeProvider clock)
{
    /// <summary>A session that nobody used for so long is over.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromDays(14);

    /// <summary>More devices than that nobody has: the one that was used least recently is signed out.</summary>
    private const int MaxPerPerson = 20;

    private const int MaxDeviceLength = 300;

    // Written at most so often: each picture of a page is a request.
    private static readonly TimeSpan SeenStep = TimeSpan.FromMinutes(5);

    /// <param name="device">The browser's description of itself.</param>
    /// <param name="deviceSha256">Of its device cookie.</param>
    /// <returns>The key for the cookie; only its hash is kept.</returns>
    public async Task<string> StartAsync(long accountId, string device, string deviceSha256, CancellationToken cancellationToken)
    {
        var (key, now) = (SessionKey.New(), clock.GetUtcNow());
        await using var batch = database.CreateBatch();
        Add("DELETE FROM ingest.account_sessions WHERE last_seen_at < $1", now - Length);
        Add(
            "DELETE FROM ingest.account_sessions WHERE session_sha256 IN (SELECT session_sha256 FROM ingest.account_sessions WHERE account_id = $1 ORDER BY last_seen_at DESC OFFSET $2)",
            accountId,
            MaxPerPerson - 1);
        Add(
            "INSERT INTO ingest.account_sessions (session_sha256, account_id, device, created_at, last_seen_at) VALUES ($1, $2, $3, $4, $4)",
            SessionKey.IdOf(key),
            accountId,
            Printable(device),
            now);
        Add(
            "INSERT INTO ingest.account_devices (account_id, device_sha256, last_used_at) VALUES ($1, $2, $3) ON CONFLICT (account_id, device_sha256) DO UPDATE SET last_used_at = excluded.last_used_at",
            accountId,
            deviceSha256,
            now);
        Add(
            "DELETE FROM ingest.account_devices WHERE account_id = $1 AND device_sha256 IN (SELECT device_sha256 FROM ingest.account_devices WHERE account_id = $1 ORDER BY last_used_at DESC OFFSET $2)",
            accountId,
            MaxPerPerson);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return key;

        void Add(string sql, params object[] values)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in values)
            {
                command.Parameters.Add(new() { Value = value });
            }

            batch.BatchCommands.Add(command);
        }
    }

    /// <returns>Whose session it is; null when it was ended or is over.</returns>
    public async Task<Account?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var (id, now) = (SessionKey.IdOf(key), clock.GetUtcNow());
        if (await ReadAsync(id, now - Length, cancellationToken) is not (var account, var lastSeen))
        {
            return null;
        }

        if (lastSeen < now - SeenStep)
        {
            await ExecuteAsync("UPDATE ingest.account_sessions SET last_seen_at = $2 WHERE session_sha256 = $1", cancellationToken, id, now);
        }

        return account;
    }

    public Task EndAsync(string key, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM ingest.account_sessions WHERE session_sha256 = $1", cancellationToken, SessionKey.IdOf(key));

    /// <summary>Every session of the person whose key it is.</summary>
    public Task EndAllAsync(string key, CancellationToken cancellationToken) => ExecuteAsync(
        "DELETE FROM ingest.account_sessions WHERE account_id = (SELECT account_id FROM ingest.account_sessions WHERE session_sha256 = $1)", cancellationToken, SessionKey.IdOf(key));

    private async Task<(Account Account, DateTimeOffset LastSeen)?> ReadAsync(string id, DateTimeOffset oldest, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT a.account_id, a.name, a.role, s.last_seen_at FROM ingest.account_sessions s JOIN ingest.accounts a USING (account_id) WHERE s.session_sha256 = $1 AND s.last_seen_at >= $2");
        command.Parameters.Add(new() { Value = id });
        command.Parameters.Add(new() { Value = oldest });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? (new Account(reader.GetInt64(0), reader.GetString(1), reader.GetString(2)), reader.GetFieldValue<DateTimeOffset>(3))
            : null;
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static string Printable(string device) => new([.. device.Take(MaxDeviceLength).Where(letter => letter is >= ' ' and <= '~')]);
}
