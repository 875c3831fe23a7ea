using Npgsql;
using Rig.Actors.Pipeline;
using Rig.Domain.Identity;

namespace Rig.Ingest.Pipeline;

/// <summary>Leases as rows of PostgreSQL, by the database's clock alone: servers need not agree on the time.</summary>
public sealed class SessionLeases(NpgsqlDataSource database, ILogger<SessionLeases> log) : ISessionLeases
{
    private const string Highest = "SELECT coalesce(max(sequence_number), 0) FROM ingest.journal WHERE persistence_id = $1";

    public Task<LeaseAnswer> TryAcquireAsync(SessionId session, string claim, TimeSpan duration, CancellationToken cancellationToken) => AskAsync(
        """
        INSERT INTO ingest.session_leases (session_id, claim, lease_until) VALUES ($1, $2, clock_timestamp() + $3)
        ON CONFLICT (session_id) DO UPDATE SET claim = excluded.claim, lease_until = excluded.lease_until
        WHERE ingest.session_leases.lease_until < clock_timestamp()
        """,
        session,
        claim,
        duration,
        cancellationToken);

    public Task<LeaseAnswer> RenewAsync(SessionId session, string claim, TimeSpan duration, CancellationToken cancellationToken) => AskAsync(
        "UPDATE ingest.session_leases SET lease_until = clock_timestamp() + $3 WHERE session_id = $1 AND claim = $2", session, claim, duration, cancellationToken);

    public async Task ReleaseAsync(SessionId session, string claim, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = database.CreateCommand("DELETE FROM ingest.session_leases WHERE session_id = $1 AND claim = $2");
            command.Parameters.Add(new() { Value = session.Value });
            command.Parameters.Add(new() { Value = claim });
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or ObjectDisposedException or OperationCanceledException)
        {
            log.LogWarning("The lease of {Session} was not given up ({Cause}); it runs out by itself.", session, e.Message);
        }
    }

    /// <summary>The history is read by a second statement, after the first one is committed: what its last holder wrote is in it.</summary>
    private async Task<LeaseAnswer> AskAsync(string sql, SessionId session, string claim, TimeSpan duration, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var lease = new NpgsqlCommand(sql, connection)
        {
            Parameters = { new() { Value = session.Value }, new() { Value = claim }, new() { Value = duration } },
        };
        var held = await lease.ExecuteNonQueryAsync(cancellationToken) == 1;
        await using var highest = new NpgsqlCommand(Highest, connection) { Parameters = { new() { Value = SessionPipelineActor.PersistenceIdOf(session) } } };
        return new LeaseAnswer(held, (long)(await highest.ExecuteScalarAsync(cancellationToken))!);
    }
}
