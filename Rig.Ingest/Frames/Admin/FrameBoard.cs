using System.Text.Json;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <param name="StoredLastMinute">On all servers.</param>
/// <param name="StoredToday">Since midnight UTC.</param>
/// <param name="Refused">By HTTP status, on this server since it started.</param>
internal sealed record IngestFigures(long StoredLastMinute, long StoredLastHour, long StoredToday, long Stored, long Duplicates, IReadOnlyDictionary<string, long> Refused);

/// <param name="OldestWaitingSec">Age of the picture that waits longest; null when none waits.</param>
/// <param name="Workers">Pictures that this server analyses at once.</param>
internal sealed record QueueFigures(long Queued, long Running, long Done, long Failed, long Dead, double? OldestWaitingSec, int Workers, long Analysed, long AnalysisFailures);

internal sealed record DatabaseFigures(long Devices, long Captures, long Events, long EventImages, long SizeBytes);

/// <param name="FreeBytes">Where the pictures lie; null until the first came.</param>
internal sealed record SystemFigures(long? FreeBytes, double MinFreeGb, string Path);

/// <param name="Day">Such as 2026-12-01, UTC.</param>
internal sealed record DayFigure(string Day, long Captures);

internal sealed record FrameDashboardView(IngestFigures Ingest, QueueFigures Queue, DatabaseFigures Database, SystemFigures System, IReadOnlyList<DayFigure> CapturesDaily);

/// <summary>The whole of the still-frame cameras, as people look at it.</summary>
internal sealed class FrameBoard(NpgsqlDataSource database, JobQueue queue, SettingTable settings, FrameCounters counters, FrameFiles files, IOptions<FrameOptions> options, TimeProvider clock)
{
    private const string SelectDevices =
        """
        SELECT d.device_id, d.display_name, d.is_enabled, d.requires_signature, d.created_at, greatest(d.last_seen_at, c.received_at), d.burst_until > $1, d.last_config_at,
          coalesce((SELECT max(device_seq) FROM frames.captures m WHERE m.device_id = d.device_id), -1),
          (SELECT count(*) FROM frames.jobs j WHERE j.device_id = d.device_id AND j.status IN ('queued', 'running', 'failed')),
          d.fw_version, d.rssi_dbm, d.battery_mv, d.notes, d.health::text, CASE WHEN d.old_key_until > $1 THEN d.old_key_until END
        FROM frames.devices d LEFT JOIN LATERAL (SELECT received_at FROM frames.captures n WHERE n.device_id = d.device_id ORDER BY received_at DESC LIMIT 1) c ON true
        """;

    private const int Days = 14;

    public async Task<FrameDashboardView> DashboardAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var command = database.CreateCommand(
            """
            SELECT (SELECT count(*) FROM frames.captures WHERE received_at >= $1 - interval '1 minute'), (SELECT count(*) FROM frames.captures WHERE received_at >= $1 - interval '1 hour'),
              (SELECT count(*) FROM frames.captures WHERE received_at >= $2), (SELECT count(*) FROM frames.devices), (SELECT count(*) FROM frames.captures), (SELECT count(*) FROM frames.events),
              (SELECT count(*) FROM frames.event_images), pg_database_size(current_database()),
              (SELECT extract(epoch FROM clock_timestamp() - min(created_at))::float8 FROM frames.jobs WHERE status IN ('queued', 'running', 'failed'))
            """);
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) });
        IngestFigures ingest;
        DatabaseFigures data;
        double? oldest;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            ingest = new IngestFigures(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), counters.Stored, counters.Duplicates,
                counters.Refused.ToDictionary(pair => pair.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), pair => pair.Value));
            data = new DatabaseFigures(reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6), reader.GetInt64(7));
            oldest = reader.IsDBNull(8) ? null : Math.Round(reader.GetDouble(8), 1);
        }

        var depth = await queue.DepthAsync(cancellationToken);
        return new FrameDashboardView(
            ingest,
            new QueueFigures(depth["queued"], depth["running"], depth["done"], depth["failed"], depth["dead"], oldest, options.Value.Workers, counters.Analysed, counters.AnalysisFailures),
            data,
            new SystemFigures(files.FreeBytes, options.Value.MinFreeSpaceGb, files.Root),
            await DailyAsync(now, cancellationToken));
    }

    public async Task<IReadOnlyList<FrameDeviceView>> DevicesAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SelectDevices + " ORDER BY d.device_id");
        command.Parameters.Add(new() { Value = clock.GetUtcNow() });
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<FrameDeviceDetailView?> DeviceAsync(DeviceId id, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var command = database.CreateCommand(SelectDevices + " WHERE d.device_id = $2");
        command.Parameters.Add(new() { Value = now });
        command.Parameters.Add(new() { Value = id.Value, NpgsqlDbType = NpgsqlDbType.Text });
        if ((await ReadAsync(command, cancellationToken)).FirstOrDefault() is not { } device)
        {
            return null;
        }

        var setting = await settings.ReadAsync(id, cancellationToken);
        return new FrameDeviceDetailView(
            device, setting.Settings, setting.ConfigVersion, setting.Regions, setting.RegionVersion, setting.Settings.Serve(now, setting.BurstUntil, setting.BurstId));
    }

    private async Task<IReadOnlyList<DayFigure>> DailyAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*) FROM frames.captures WHERE received_at >= $1 GROUP BY day ORDER BY day");
        command.Parameters.Add(new() { Value = now.AddDays(-Days) });
        var days = new List<DayFigure>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            days.Add(new DayFigure(reader.GetString(0), reader.GetInt64(1)));
        }

        return days;
    }

    private static async Task<List<FrameDeviceView>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var devices = new List<FrameDeviceView>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            devices.Add(new FrameDeviceView(
                reader.GetString(0), reader.GetString(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetFieldValue<DateTimeOffset>(4), Instant(5), !reader.IsDBNull(6) && reader.GetBoolean(6) ? ServedConfig.Burst : ServedConfig.Baseline,
                Instant(7), reader.GetInt64(8), reader.GetInt64(9), Text(10), Number(11), Number(12), Text(13),
                reader.IsDBNull(14) ? null : JsonDocument.Parse(reader.GetString(14)).RootElement, Instant(15)));
        }

        return devices;

        DateTimeOffset? Instant(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
        string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
        int? Number(int column) => reader.IsDBNull(column) ? null : reader.GetInt32(column);
    }
}
