using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Updates;

/// <summary>One attempt to put a release in place.</summary>
/// <param name="InstalledAt">Null when it failed.</param>
/// <param name="Error">Why it failed, in plain words; null when it did not.</param>
internal sealed record UpdateAttempt(string Version, string PreviousVersion, DateTimeOffset AttemptedAt, DateTimeOffset? InstalledAt, bool Success, string? Error);

/// <summary>
/// What was applied on this node, newest first, in one small file beside the settings. An update never fails for want of its
/// history.
/// </summary>
internal sealed class UpdateHistory(string path, ILogger<UpdateHistory> logger)
{
    /// <summary>The oldest attempts beyond this are forgotten.</summary>
    internal const int Capacity = 100;

    private const int MaxBytes = 1 << 20;
    private const int MaxErrorLength = 1000;

    private readonly Lock gate = new();

    public IReadOnlyList<UpdateAttempt> Read()
    {
        lock (gate)
        {
            return ReadFile();
        }
    }

    /// <summary>Keeps the attempt durably.</summary>
    public void Add(UpdateAttempt attempt)
    {
        var kept = attempt with { Error = attempt.Error is { Length: > MaxErrorLength } error ? error[..MaxErrorLength] : attempt.Error };
        lock (gate)
        {
            try
            {
                var all = ReadFile().Prepend(kept).Take(Capacity).ToList();
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
                DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(all, UpdateHistoryJson.Default.ListUpdateAttempt));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                logger.LogError(e, "The update to {Version} could not be written down", attempt.Version);
            }
        }
    }

    private List<UpdateAttempt> ReadFile()
    {
        try
        {
            if (!File.Exists(path))
            {
                return [];
            }

            if (new FileInfo(path).Length <= MaxBytes && JsonSerializer.Deserialize(File.ReadAllBytes(path), UpdateHistoryJson.Default.ListUpdateAttempt) is { } attempts)
            {
                return attempts;
            }
        }
        catch (JsonException e)
        {
            logger.LogWarning(e, "{Path} cannot be read", path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(e, "{Path} cannot be read now", path);
            return [];
        }

        SetAside();
        return [];
    }

    // Not overwritten by the next attempt: somebody may still read it.
    private void SetAside()
    {
        try
        {
            File.Move(path, path + ".broken", overwrite: true);
            logger.LogWarning("{Path} was broken and is kept as {Aside}", path, path + ".broken");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(e, "{Path} could not be moved aside", path);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(List<UpdateAttempt>))]
internal sealed partial class UpdateHistoryJson : JsonSerializerContext;
