using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Rig.Actors.Pipeline;
using Rig.Domain.Messages;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Rig.Ingest.Stages;

/// <summary>Server to stage process: the one line on its standard input, which then stays open for as long as the server lives.</summary>
internal sealed record StageInput(string SessionId, string SessionPath, IReadOnlyList<StageTake> Takes, IReadOnlyDictionary<PipelineStage, JsonObject> Results)
{
    public static StageInput Of(StageContext context) => new(
        context.SessionId.Value,
        context.SessionPath,
        [.. context.Takes.Select(take => new StageTake(take.Id.ToString(), take.VideoPath, JsonNode.Parse(take.Manifest.ToUtf8Json())!))],
        context.Results);

    /// <exception cref="InvalidDataException">A take's id or manifest cannot be read.</exception>
    public StageContext ToContext() => new(Domain.Identity.SessionId.Parse(SessionId), SessionPath, [.. Takes.Select(take => take.ToFile())], Results);
}

internal sealed record StageTake(string RecordingId, string VideoPath, JsonNode Manifest)
{
    public TakeFile ToFile() => Domain.Identity.TakeId.TryParse(RecordingId, out var id)
        ? new TakeFile(id, VideoPath, Domain.Recordings.Manifest.Parse(JsonSerializer.SerializeToUtf8Bytes(Manifest, StageJson.Default.JsonNode)))
        : throw new InvalidDataException($"'{RecordingId}' is no recording's id.");
}

/// <summary>Stage process to server: one line of JSON each on its standard output, the last one a result or a failure.</summary>
/// <param name="Result">The stage's figures.</param>
/// <param name="Refused">Why the session cannot pass the stage, a <see cref="StageFailedException"/>.</param>
/// <param name="Failed">Any other failure, which may pass.</param>
internal sealed record StageLine(StageProgress? Progress = null, StageLogEntry? Log = null, JsonObject? Result = null, string? Refused = null, string? Failed = null)
{
    public string ToJson() => JsonSerializer.Serialize(this, StageJson.Default.StageLine);
}

internal sealed record StageLogEntry(LogLevel Level, string Category, string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StageInput))]
[JsonSerializable(typeof(StageLine))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class StageJson : JsonSerializerContext;
