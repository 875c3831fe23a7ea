using Npgsql;

namespace Rig.Ingest.Frames;

/// <summary>Which signatures were used already, on any server.</summary>
internal sealed class UsedSignatures(NpgsqlDataSource database)
{
    /// <param name="until">From then on the signature is too old by itself.</param>
    /// <returns>False when it was used before.</returns>
    public async Task<bool> TryUseAsync(string signature, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("INSERT INTO frames.used_signatures (signature, until) VALUES ($1, $2) ON CONFLICT DO NOTHING");
        command.Parameters.Add(new() { Value = signature });
        command.Parameters.Add(new() { Value = until });
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task ForgetAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM frames.used_signatures WHERE until < $1");
        command.Parameters.Add(new() { Value = now });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
