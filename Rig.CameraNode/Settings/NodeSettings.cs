using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Rig.CameraNode.Settings;

/// <summary>One setting that can be changed in the field.</summary>
/// <param name="Path">Where it stands in <c>/config</c>, such as <c>sync.max_offset_ms</c>.</param>
/// <param name="Key">Its configuration key.</param>
/// <param name="Default">As the options class has it.</param>
/// <param name="Check">Null when the value is fine, else what is right.</param>
/// <param name="NeedsRestart">It takes effect at the node's next start.</param>
internal sealed record NodeSetting(string Path, string Key, JsonNode? Default, Func<JsonNode, string?> Check, bool NeedsRestart);

/// <summary>
/// Everything that <c>/config</c> shows and accepts. What is not listed is neither shown nor changed, so no secret can slip
/// through.
/// </summary>
internal static partial class NodeSettings
{
    private static readonly string[] Levels = ["ignore", "warn", "refuse"];

    public static readonly IReadOnlyList<NodeSetting> All =
    [
        new("camera.width", "Rig:Camera:Width", 1280, EvenNumber(320, 7680), true),
        new("camera.height", "Rig:Camera:Height", 720, EvenNumber(180, 4320), true),
        new("camera.fps", "Rig:Camera:Fps", 30, Whole(1, 120), true),
        new("camera.codec", "Rig:Camera:Codec", "h264", OneOf("h264", "h265"), true),
        new("camera.bitrate_mbps", "Rig:Camera:BitrateMbps", 6, Number(1, 100), true),
        new("storage.min_free_space_gb", "Rig:Storage:MinFreeSpaceGb", 10, Number(0, 10000), true),
        new("storage.auto_delete_offloaded", "Rig:Storage:AutoDeleteOffloaded", true, Flag, true),
        new("storage.delete_after_confirm", "Rig:Storage:DeleteAfterConfirm", false, Flag, true),
        new("sync.max_offset_ms", "Rig:Sync:MaxOffsetMs", 5, Number(0.1, 1000), false),
        new("guards.camera", "Rig:Guards:Camera", "refuse", OneOf(Levels), false),
        new("guards.storage", "Rig:Guards:Storage", "refuse", OneOf(Levels), false),
        new("guards.free_space", "Rig:Guards:FreeSpace", "refuse", OneOf(Levels), false),
        new("guards.battery", "Rig:Guards:Battery", "refuse", OneOf(Levels), false),
        new("guards.temperature", "Rig:Guards:Temperature", "refuse", OneOf(Levels), false),
        new("guards.clock", "Rig:Guards:Clock", "refuse", OneOf(Levels), false),
        new("guards.min_recording_minutes", "Rig:Guards:MinRecordingMinutes", 5, Number(0, 100), false),
        new("offload.server_url", "Rig:Offload:ServerUrl", "http://192.168.1.200:8081", UrlOrEmpty, false),
        new("offload.auto_upload", "Rig:Offload:AutoUpload", false, Flag, false),
        new("offload.upload_on_record_stop", "Rig:Offload:UploadOnRecordStop", false, Flag, false),
        new("offload.retry_count", "Rig:Offload:RetryCount", 5, Whole(1, 20), false),
        new("offload.retry_delay_sec", "Rig:Offload:RetryDelaySec", 5, Number(0, 3600), false),
        new("offload.chunk_size_kb", "Rig:Offload:ChunkSizeKb", 1024, Whole(16, 4096), false),
        new("offload.verify_checksum", "Rig:Offload:VerifyChecksum", true, Flag, false),
        new("update.releases_url", "Rig:Update:ReleasesUrl", "", UrlOrEmpty, false),
        new("production_mode", "Rig:Node:ProductionMode", true, Flag, true),
    ];

    /// <summary>The text that configuration binding reads.</summary>
    public static string ToText(JsonNode value) => value.GetValueKind() switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => value.GetValue<double>().ToString("R", CultureInfo.InvariantCulture),
        _ => value.GetValue<string>(),
    };

    /// <summary>The setting's value as JSON, of the kind its default has.</summary>
    public static JsonNode? ToJson(NodeSetting setting, string? text) => (text, setting.Default?.GetValueKind()) switch
    {
        (null, _) => setting.Default?.DeepClone(),
        (_, JsonValueKind.Number) when double.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
        (_, JsonValueKind.True or JsonValueKind.False) when bool.TryParse(text, out var flag) => flag,
        (_, JsonValueKind.String) when setting.Key.StartsWith("Rig:Guards:", StringComparison.Ordinal) => text.ToLowerInvariant(),
        _ => text,
    };

    private static Func<JsonNode, string?> Number(double min, double max) => value =>
        value.GetValueKind() == JsonValueKind.Number && value.GetValue<double>() >= min && value.GetValue<double>() <= max
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"must be a number from {min} to {max}");

    private static Func<JsonNode, string?> Whole(int min, int max) => value =>
        value.GetValueKind() == JsonValueKind.Number && value.GetValue<double>() is var number && number >= min && number <= max && number == Math.Floor(number)
            ? null
            : $"must be a whole number from {min} to {max}";

    private static Func<JsonNode, string?> EvenNumber(int min, int max) => value =>
        Whole(min, max)(value) is null && value.GetValue<double>() % 2 == 0 ? null : $"must be an even number from {min} to {max}";

    private static Func<JsonNode, string?> OneOf(params string[] values) => value =>
        value.GetValueKind() == JsonValueKind.String && values.Contains(value.GetValue<string>()) ? null : $"must be one of {string.Join(", ", values)}";

    private static string? Flag(JsonNode value) => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? null : "must be true or false";

    private static string? UrlOrEmpty(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is var text && (text.Length == 0 || HttpUrl().IsMatch(text))
            ? null
            : "must be an http or https address, or empty";

    [GeneratedRegex(@"^https?://[A-Za-z0-9.\-:\[\]]+(/[A-Za-z0-9._~%/\-]*)?$")]
    private static partial Regex HttpUrl();
}
