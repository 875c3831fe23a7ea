using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Rig.Domain.Identity;
using Rig.Domain.Json;
using Rig.Domain.Recordings;

namespace Rig.Ingest.Intake;

/// <summary>What the receiver itself knows of a take; a manifest that says otherwise is refused.</summary>
/// <param name="Take">Null where only the manifest may say it.</param>
internal sealed record TakeFacts(SessionId SessionId, CameraId CameraId, int? Take, long SizeBytes, string Sha256);

/// <summary>
/// Reads both forms of manifest: seed 001's nested version 1.0, and the flat one of older rigs, of which every field may be missing. What
/// the flat form does not say is filled from the facts and from the video. The result is always the nested form.
/// </summary>
internal static class ManifestReader
{
    public const int MaxBytes = 1 << 20;

    private const int MaxDepth = 64;

    /// <summary>For a take whose file is not here yet, or whose sender says everything.</summary>
    /// <exception cref="IntakeException">Not a whole manifest, or one of another take; the message names the field.</exception>
    public static Manifest Read(ReadOnlyMemory<byte> utf8Json, TakeFacts facts)
    {
        using var document = Parse(utf8Json);
        return Checked(FromJson(document.RootElement, utf8Json, facts, described: null), facts, isFilled: false);
    }

    /// <param name="describe">Makes a manifest from the video alone; called only when the sender's leaves out what cannot be guessed.</param>
    /// <param name="held">Of the same bytes, where they are held already: what the sender's flat form leaves out stays as it is.</param>
    /// <exception cref="IntakeException">Not a manifest, or one of another take; the message names the field.</exception>
    public static async Task<Manifest> ReadAsync(ReadOnlyMemory<byte> utf8Json, TakeFacts facts, Func<Task<Manifest>> describe, Manifest? held = null)
    {
        using var document = Parse(utf8Json);
        var described = held ?? (LeavesOut(document.RootElement) ? await describe() : null);
        return Checked(FromJson(document.RootElement, utf8Json, facts, described), facts, isFilled: described is not null);
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8Json)
    {
        // The parser leaves text undecoded until it is asked for, and would fail only then.
        if (!Utf8.IsValid(utf8Json.Span))
        {
            throw Broken("it is not UTF-8");
        }

        try
        {
            var document = StrictJson.Parse(utf8Json, MaxDepth);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException e)
        {
            throw Broken(e.Message);
        }

        throw Broken("it must be one JSON object");
    }

    private static bool IsFlat(JsonElement root) => !root.TryGetProperty("recording", out _) && !root.TryGetProperty("version", out _);

    private static bool LeavesOut(JsonElement root) => IsFlat(root) && (Resolution(root) is null || Number(root, "duration_sec") is null || Start(root) is null);

    private static Manifest FromJson(JsonElement root, ReadOnlyMemory<byte> utf8Json, TakeFacts facts, Manifest? described)
    {
        try
        {
            return IsFlat(root) ? FromFlat(root, facts, described) : Manifest.Parse(utf8Json.Span);
        }
        catch (JsonException e)
        {
            throw Broken(e.Message);
        }
    }

    private static Manifest Checked(Manifest manifest, TakeFacts facts, bool isFilled)
    {
        Check(manifest, facts, isFilled);
        return manifest with { Checksum = new ManifestChecksum("sha256", facts.Sha256) };
    }

    /// <param name="isFilled">What the sender did not say is from the video, and zero for one that nobody can read.</param>
    private static void Check(Manifest manifest, TakeFacts facts, bool isFilled)
    {
        Require(manifest.Version?.StartsWith("1.", StringComparison.Ordinal) == true, "version", "must be 1.0");
        Require(manifest.Recording is not null, "recording", "is missing");
        Require(manifest.File is not null, "file", "is missing");
        Require(manifest.Video?.Resolution is not null, "video.resolution", "is missing");
        Require(manifest.Timing is not null, "timing", "is missing");
        Require(manifest.Checksum?.Value is not null, "checksum.value", "is missing");
        var (recording, file, video, timing) = (manifest.Recording!, manifest.File!, manifest.Video!, manifest.Timing!);

        Require(recording.SessionId == facts.SessionId.Value, "recording.session_id", $"must be the upload's session_id, '{facts.SessionId}'");
        Require(recording.CameraId == facts.CameraId.Value, "recording.camera_id", $"must be the upload's camera_id, '{facts.CameraId}'");
        Require(recording.Take is >= 1 and <= TakeId.MaxTake, "recording.take", $"must be 1 to {TakeId.MaxTake}");
        Require(facts.Take is null || facts.Take == recording.Take, "recording.take", $"must be the upload's take, {facts.Take}");
        Require(
            recording.Id == new TakeId(facts.SessionId, facts.CameraId, recording.Take).ToString(),
            "recording.id",
            $"must be '{new TakeId(facts.SessionId, facts.CameraId, recording.Take)}'");
        Require(recording.Position is "left" or "center" or "right" or "other", "recording.position", "must be left, center or right");
        Require(recording.SessionCameras is null or { Count: <= 16 }, "recording.session_cameras", "must name at most 16 cameras");
        Require(recording.SessionCameras?.All(camera => CameraId.TryParse(camera, out _)) != false, "recording.session_cameras", "must hold camera ids such as CAM_L");
        Require(recording.EndReason is null or { Length: <= 64 }, "recording.end_reason", "is too long");

        Require(file.Name is { Length: > 0 and <= 255 }, "file.name", "is missing or too long");
        Require(file.SizeBytes == facts.SizeBytes, "file.size_bytes", $"is {file.SizeBytes}, but the file has {facts.SizeBytes} bytes");
        Require(file.Container is "mp4", "file.container", "must be mp4");
        Require(file.Codec is "h264" or "h265", "file.codec", "must be h264 or h265");

        Require(
            video.Resolution is { Width: > 0 and <= 16384, Height: > 0 and <= 16384 } || (isFilled && video.Resolution is { Width: 0, Height: 0 }),
            "video.resolution",
            "must be a width and a height in pixels");
        Require(video.Fps is > 0 and <= 1000 || (isFilled && video.Fps == 0), "video.fps", "must be frames per second");
        Require(double.IsFinite(video.DurationSec) && video.DurationSec >= 0, "video.duration_sec", "must be seconds");
        Require(timing.EndTime >= timing.StartTime, "timing.end_time", "must not be before timing.start_time");

        Require(string.Equals(manifest.Checksum!.Algorithm, "sha256", StringComparison.OrdinalIgnoreCase), "checksum.algorithm", "must be sha256");
        if (!string.Equals(manifest.Checksum.Value, facts.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw IntakeException.ChecksumMismatch(manifest.Checksum.Value.ToLowerInvariant(), facts.Sha256);
        }
    }

    /// <param name="seen">What is known of the video already, by itself or by an earlier manifest; null only when the sender left nothing out.</param>
    private static Manifest FromFlat(JsonElement root, TakeFacts facts, Manifest? seen)
    {
        var session = Text(root, "session_id") ?? facts.SessionId.Value;
        var camera = Text(root, "camera_id") ?? facts.CameraId.Value;
        var take = (int?)Number(root, "take") ?? facts.Take ?? 1;
        var resolution = Resolution(root) ?? seen?.Video.Resolution ?? throw Broken("resolution is missing");
        var seconds = Number(root, "duration_sec") ?? seen?.Video.DurationSec ?? throw Broken("duration_sec is missing");
        var start = Start(root) ?? seen?.Timing.StartTime ?? throw Broken("start_time_master must be an ISO 8601 instant");
        var checksum = root.TryGetProperty("checksum", out var given) switch
        {
            true when given.ValueKind == JsonValueKind.Object => Text(given, "value"),
            true when given.ValueKind == JsonValueKind.String => given.GetString(),
            _ => null,
        };
        var timing = Start(root) is null && !root.TryGetProperty("offset_ms", out _)
            ? seen!.Timing with { EndTime = start.AddSeconds(Math.Clamp(seconds, 0, 864_000)) }
            : new ManifestTiming(start, start.AddSeconds(Math.Clamp(seconds, 0, 864_000)), NtpSynced: root.TryGetProperty("offset_ms", out _), Number(root, "offset_ms"));
        return new Manifest
        {
            Recording = new ManifestRecording(
                $"{new TakeId(facts.SessionId, facts.CameraId, take)}", session, camera, facts.CameraId.Position, take,
                seen?.Recording.SessionCameras, seen?.Recording.EndReason, seen?.Recording.Source),
            File = new ManifestFile(
                Text(root, "file_name") ?? $"{new TakeId(facts.SessionId, facts.CameraId, take)}.mp4",
                (long?)Number(root, "size_bytes") ?? facts.SizeBytes,
                "mp4",
                Text(root, "codec") is { } codec ? codec is "h265" or "hevc" ? "h265" : "h264" : seen?.File.Codec ?? "h264"),
            Video = new ManifestVideo(
                resolution,
                (int)Math.Round(Number(root, "fps") ?? seen?.Video.Fps ?? 30),
                Number(root, "bitrate_mbps") ?? seen?.Video.BitrateMbps ?? 0,
                seconds,
                seen?.Video.Frames),
            Timing = timing,
            Checksum = new ManifestChecksum("sha256", checksum ?? facts.Sha256),
            Device = (seen?.Device ?? new ManifestDevice()) with { SoftwareVersion = Text(root, "software_version") ?? seen?.Device?.SoftwareVersion },
            Quality = (seen?.Quality ?? new ManifestQuality()) with { DroppedFrames = (long?)Number(root, "dropped_frames") ?? seen?.Quality?.DroppedFrames },
            Lens = seen?.Lens,
            Framing = seen?.Framing,
        };
    }

    /// <summary>The flat form writes <c>"3840x2160"</c>, some rigs <c>[3840, 2160]</c>.</summary>
    private static ManifestResolution? Resolution(JsonElement root)
    {
        if (!root.TryGetProperty("resolution", out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String
            && value.GetString()!.Split('x') is [var w, var h]
            && int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out var height))
        {
            return new ManifestResolution(width, height);
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && value[0].TryGetInt32(out width) && value[1].TryGetInt32(out height)
            ? new ManifestResolution(width, height)
            : throw Broken("resolution must be a text such as \"3840x2160\"");
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement element, string name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw Broken($"{name} must be a number");
    }

    private static DateTimeOffset? Start(JsonElement root) => Instant(root, "start_time_master") ?? Instant(root, "start_time_local") ?? Instant(root, "created_at");

    private static DateTimeOffset? Instant(JsonElement element, string name) =>
        Text(element, name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant) ? instant
        : throw Broken($"{name} must be an ISO 8601 instant");

    private static void Require(bool holds, string field, string rule)
    {
        if (!holds)
        {
            throw Broken($"{field} {rule}");
        }
    }

    private static IntakeException Broken(string why) => IntakeException.Invalid($"The manifest is not usable: {why}.");
}
