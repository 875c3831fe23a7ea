using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Storage;

namespace Rig.CameraNode.Upload;

/// <summary>
/// Where the server keeps each take's unfinished upload, as <c>offload-uploads.json</c> in the manifests' folder. When it is lost, the
/// take is sent from its first byte again.
/// </summary>
internal sealed class UploadLocations(IOptions<StorageOptions> options, IRecordingFiles files, ILogger<UploadLocations> logger)
{
    private const int MaxBytes = 1 << 20;

    private readonly Lock gate = new();
    private ImmutableDictionary<string, Place>? places;

    private string FilePath => Path.Combine(options.Value.ManifestsPath, "offload-uploads.json");

    /// <summary>Null when none is known for these very bytes.</summary>
    public string? Find(RecordingEntry take)
    {
        lock (gate)
        {
            return Places().GetValueOrDefault(take.Id.ToString()) is { } place && place.Sha256 == take.Sha256 ? place.Location : null;
        }
    }

    public void Remember(RecordingEntry take, Uri location) => Change(all => all.SetItem(take.Id.ToString(), new Place(take.Sha256, location.PathAndQuery)));

    public void Forget(RecordingEntry take) => Change(all => all.Remove(take.Id.ToString()));

    private void Change(Func<ImmutableDictionary<string, Place>, ImmutableDictionary<string, Place>> change)
    {
        lock (gate)
        {
            var next = change(Places());
            if (ReferenceEquals(next, places))
            {
                return;
            }

            files.CreateDirectory(options.Value.ManifestsPath);
            files.WriteAtomic(FilePath, JsonSerializer.SerializeToUtf8Bytes(next, UploadLocationsJson.Default.ImmutableDictionaryStringPlace));
            places = next;
        }
    }

    private ImmutableDictionary<string, Place> Places()
    {
        if (places is not null)
        {
            return places;
        }

        try
        {
            places = File.Exists(FilePath) && new FileInfo(FilePath).Length <= MaxBytes
                ? JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), UploadLocationsJson.Default.ImmutableDictionaryStringPlace)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            logger.LogWarning(e, "{File} cannot be read; unfinished uploads begin again", FilePath);
        }

        return places ??= ImmutableDictionary<string, Place>.Empty;
    }

    internal sealed record Place(string Sha256, string Location);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ImmutableDictionary<string, UploadLocations.Place>))]
internal sealed partial class UploadLocationsJson : JsonSerializerContext;
