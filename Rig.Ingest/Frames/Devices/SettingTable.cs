using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Npgsql;
using NpgsqlTypes;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>Settings and regions of devices, every version of them, and the burst that is wanted.</summary>
internal sealed class SettingTable(NpgsqlDataSource database, TimeProvider clock)
{
    private static readonly DeltaSettings Defaults = new();

    /// <returns>Defaults where nothing was set.</returns>
    public async Task<DeviceSetting> ReadAsync(DeviceId device, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT c.config::text, coalesce(c.version, 0), r.regions::text, coalesce(r.version, 0), d.burst_until, d.burst_id
            FROM frames.devices d
            LEFT JOIN frames.device_configs c ON c.device_id = d.device_id AND c.is_active
            LEFT JOIN frames.device_rois r ON r.device_id = d.device_id AND r.is_active
            WHERE d.device_id = $1
            """);
        command.Parameters.Add(new() { Value = device.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new DeviceSetting(
                reader.IsDBNull(0) ? Defaults : JsonSerializer.Deserialize(reader.GetString(0), SettingsJson.Default.DeltaSettings)!,
                reader.GetInt32(1),
                reader.IsDBNull(2) ? RegionSet.Default : JsonSerializer.Deserialize(reader.GetString(2), SettingsJson.Default.RegionSet)!,
                reader.GetInt32(3),
                reader.IsDBNull(4) ? null : reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetInt64(5))
            : new DeviceSetting(Defaults, 0, RegionSet.Default, 0, null, 0);
    }

    /// <returns>The new version.</returns>
    public Task<int> WriteAsync(DeviceId device, DeltaSettings settings, string by, CancellationToken cancellationToken) =>
        WriteAsync("device_configs", "config", device, settings, SettingsJson.Default.DeltaSettings, by, cancellationToken);

    /// <inheritdoc cref="WriteAsync(DeviceId, DeltaSettings, string, CancellationToken)"/>
    public Task<int> WriteAsync(DeviceId device, RegionSet regions, string by, CancellationToken cancellationToken) =>
        WriteAsync("device_rois", "regions", device, regions, SettingsJson.Default.RegionSet, by, cancellationToken);

    /// <summary>The device has read its configuration.</summary>
    public async Task MarkFetchedAsync(DeviceId device, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE frames.devices SET last_config_at = $2, last_seen_at = $2 WHERE device_id = $1");
        command.Parameters.Add(new() { Value = device.Value });
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<int> WriteAsync<T>(string table, string column, DeviceId device, T value, JsonTypeInfo<T> type, string by, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var turn = new NpgsqlCommand("SELECT 1 FROM frames.devices WHERE device_id = $1 FOR UPDATE", connection, transaction) { Parameters = { new() { Value = device.Value } } };
        await turn.ExecuteNonQueryAsync(cancellationToken);
        await using var retire = new NpgsqlCommand($"UPDATE frames.{table} SET is_active = false WHERE device_id = $1 AND is_active", connection, transaction) { Parameters = { new() { Value = device.Value } } };
        await retire.ExecuteNonQueryAsync(cancellationToken);
        await using var insert = new NpgsqlCommand(
            $"""
            INSERT INTO frames.{table} (device_id, version, {column}, is_active, created_at, created_by)
            SELECT $1, coalesce(max(version), 0) + 1, $2, true, $3, $4 FROM frames.{table} WHERE device_id = $1 RETURNING version
            """,
            connection,
            transaction)
        {
            Parameters =
            {
                new() { Value = device.Value },
                new() { Value = JsonSerializer.Serialize(value, type), NpgsqlDbType = NpgsqlDbType.Jsonb },
                new() { Value = clock.GetUtcNow() },
                new() { Value = by },
            },
        };
        var version = (int)(await insert.ExecuteScalarAsync(cancellationToken))!;
        await transaction.CommitAsync(cancellationToken);
        return version;
    }
}
