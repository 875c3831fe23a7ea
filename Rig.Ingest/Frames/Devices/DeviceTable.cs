using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>The still-frame devices and their keys.</summary>
internal sealed class DeviceTable(NpgsqlDataSource database, TimeProvider clock) : IDisposable
{
    /// <summary>A key that was changed on another server opens here so much longer.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    /// <summary>Keys that are looked up at once; hundreds of devices would take every connection that the database has.</summary>
    private const int MaxLookups = 8;

    /// <summary>Wrong keys are not worth remembering; right ones are few.</summary>
    private const int MaxRemembered = 10_000;

    private const string Select =
        "SELECT device_id, is_enabled, device_key_hash, signing_secret, old_key_hash, old_signing_secret, old_key_until, requires_signature FROM frames.devices";

    private readonly SemaphoreSlim lookups = new(MaxLookups);
    private readonly ConcurrentDictionary<string, (FrameDevice Device, DateTimeOffset Until)> byKey = new(StringComparer.Ordinal);

    /// <returns>The device that this key opens now; null when it opens none.</returns>
    public async ValueTask<FrameDevice?> FindByKeyAsync(string key, CancellationToken cancellationToken)
    {
        var (hash, now) = (DeviceKeyRecord.HashOf(key), clock.GetUtcNow());
        if (byKey.TryGetValue(hash, out var known) && known.Until > now && known.Device.KeysAt(now).Any(one => one.Matches(hash)))
        {
            return known.Device;
        }

        await lookups.WaitAsync(cancellationToken);
        try
        {
            return await LookUpAsync(hash, now, cancellationToken);
        }
        finally
        {
            lookups.Release();
        }
    }

    public void Dispose() => lookups.Dispose();

    private async Task<FrameDevice?> LookUpAsync(string hash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select + " WHERE left(device_key_hash, 8) = $1 OR left(old_key_hash, 8) = $1");
        command.Parameters.Add(new() { Value = hash[..DeviceKeyRecord.LookupDigits] });
        var found = (await ReadAsync(command, cancellationToken)).FirstOrDefault(device => device.KeysAt(now).Any(one => one.Matches(hash)));
        if (found is not null)
        {
            if (byKey.Count >= MaxRemembered)
            {
                byKey.Clear();
            }

            byKey[hash] = (found, now + Remembered);
        }

        return found;
    }

    public async Task<FrameDevice?> FindAsync(DeviceId id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Select + " WHERE device_id = $1");
        command.Parameters.Add(new() { Value = id.Value });
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    /// <returns>The new device's key; null where there is such a device already.</returns>
    public async Task<string?> AddAsync(DeviceId id, string displayName, CancellationToken cancellationToken)
    {
        var (key, record) = DeviceKeyRecord.New();
        await using var command = database.CreateCommand(
            "INSERT INTO frames.devices (device_id, display_name, device_key_hash, signing_secret, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING");
        AddAll(command, id.Value, displayName, record.Sha256, record.SigningSecret, clock.GetUtcNow());
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1 ? key : null;
    }

    /// <param name="overlap">How long the key until now still opens.</param>
    /// <returns>The new key; null where there is no such device.</returns>
    public async Task<string?> RotateKeyAsync(DeviceId id, TimeSpan overlap, CancellationToken cancellationToken)
    {
        var (key, record) = DeviceKeyRecord.New();
        await using var command = database.CreateCommand(
            """
            UPDATE frames.devices SET old_key_hash = device_key_hash, old_signing_secret = signing_secret, old_key_until = $2, device_key_hash = $3, signing_secret = $4
            WHERE device_id = $1
            """);
        AddAll(command, id.Value, clock.GetUtcNow() + overlap, record.Sha256, record.SigningSecret);
        var found = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        byKey.Clear();
        return found ? key : null;
    }

    /// <param name="displayName">Null leaves it, as do the others.</param>
    /// <returns>False where there is no such device.</returns>
    public async Task<bool> ChangeAsync(DeviceId id, string? displayName, bool? isEnabled, bool? requiresSignature, string? notes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE frames.devices SET display_name = coalesce($2, display_name), is_enabled = coalesce($3, is_enabled),
              requires_signature = coalesce($4, requires_signature), notes = coalesce($5, notes) WHERE device_id = $1
            """);
        command.Parameters.Add(new() { Value = id.Value });
        command.Parameters.Add(new() { Value = (object?)displayName ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)isEnabled ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        command.Parameters.Add(new() { Value = (object?)requiresSignature ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean });
        command.Parameters.Add(new() { Value = (object?)notes ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        var found = await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        byKey.Clear();
        return found;
    }

    /// <returns>When it was seen, by the server's clock.</returns>
    public async Task<DateTimeOffset> HeartbeatAsync(HeartbeatRequest heartbeat, string? healthJson, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var command = database.CreateCommand(
            """
            UPDATE frames.devices SET last_seen_at = $2, rssi_dbm = coalesce($3, rssi_dbm), battery_mv = coalesce($4, battery_mv),
              fw_version = coalesce($5, fw_version), health = coalesce($6, health) WHERE device_id = $1
            """);
        command.Parameters.Add(new() { Value = heartbeat.DeviceId });
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = (object?)heartbeat.Rssi ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = (object?)heartbeat.BatteryMv ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = (object?)heartbeat.FwVersion ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)healthJson ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync(cancellationToken);
        return now;
    }

    private static void AddAll(NpgsqlCommand command, params object[] values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }
    }

    private static async Task<List<FrameDevice>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var devices = new List<FrameDevice>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            devices.Add(new FrameDevice(
                DeviceId.Parse(reader.GetString(0)),
                reader.GetBoolean(1),
                new DeviceKeyRecord(reader.GetString(2), reader.GetFieldValue<byte[]>(3)),
                reader.IsDBNull(4) ? null : new DeviceKeyRecord(reader.GetString(4), reader.GetFieldValue<byte[]>(5)),
                reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6),
                reader.GetBoolean(7)));
        }

        return devices;
    }
}
