using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Domain.Identity;

namespace Rig.CameraNode.Storage;

/// <summary><c>{RecordingsPath}/.rig-session.json</c>, docs/ref/node-storage.md: beside the takes that it speaks of, so that a disk taken elsewhere keeps it.</summary>
internal sealed class SessionNoteFile(IOptions<StorageOptions> options, IRecordingFiles files, ILogger<SessionNoteFile> logger) : ISessionNoteFile
{
    internal const string FileName = ".rig-session.json";
    private const int MaxBytes = 1 << 16;

    private string NotePath => Path.Combine(options.Value.RecordingsPath, FileName);

    public SessionNote? Read()
    {
        try
        {
            return files.Exists(NotePath) && files.LengthOf(NotePath) <= MaxBytes
                ? JsonSerializer.Deserialize(files.ReadAllBytes(NotePath), StoredNoteJson.Default.StoredNote)?.ToNote()
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            logger.LogWarning(e, "{File} cannot be read; no session goes on by itself.", NotePath);
            return null;
        }
    }

    public void Write(SessionNote note)
    {
        files.CreateDirectory(options.Value.RecordingsPath);
        files.WriteAtomic(NotePath, JsonSerializer.SerializeToUtf8Bytes(StoredNote.Of(note), StoredNoteJson.Default.StoredNote));
    }

    public DateTimeOffset? LastFrameAt(TakeId id)
    {
        try
        {
            using var index = files.OpenRead(TakePaths.Of(options.Value, id).Index);
            return FrameIndex.ReadLast(index) is { } last ? DateTimeOffset.UnixEpoch.AddTicks(last.WallNs / TimeSpan.NanosecondsPerTick) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(e, "The index of {Take} cannot be read; its session does not go on by itself.", id);
            return null;
        }
    }
}

/// <param name="RecordingId"><see cref="TakeId"/> as text.</param>
/// <param name="SessionCameras"><see cref="CameraId"/>s as texts.</param>
internal sealed record StoredNote(string RecordingId, IReadOnlyList<string> SessionCameras, SessionNoteState State)
{
    internal static StoredNote Of(SessionNote note) => new(note.TakeId.ToString(), [.. note.SessionCameras.Select(camera => camera.Value)], note.State);

    /// <exception cref="JsonException">An id is none.</exception>
    internal SessionNote ToNote() => TakeId.TryParse(RecordingId, out var id)
        ? new SessionNote(id, [.. SessionCameras.Select(CameraOf)], State)
        : throw new JsonException($"recording_id \"{RecordingId}\" is no recording's id.");

    private static CameraId CameraOf(string text) =>
        CameraId.TryParse(text, out var camera) ? camera : throw new JsonException($"session_cameras: \"{text}\" is no camera's id.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredNote))]
internal sealed partial class StoredNoteJson : JsonSerializerContext;
