using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Updates;

/// <summary>One attempt to put a release in place.</summary>
/// <param name="InstalledAt">Null when it failed.</param>
/// <param name="Error">Why it failed, in plain words; null when it did not. With <see cref="UpdateKind.Return"/>: why <paramref name="PreviousVersion"/> was given up.</param>
/// <param name="Kind">One of <see cref="UpdateKind"/>; files of older versions have none.</param>
internal sealed record UpdateAttempt(
    string Version, string PreviousVersion, DateTimeOffset AttemptedAt, DateTimeOffset? InstalledAt, bool Success, string? Error, string Kind = UpdateKind.Update);

internal static class UpdateKind
{
    public const string Update = "update";

    /// <summary>Somebody went back to the version before.</summary>
    public const string Rollback = "rollback";

    /// <summary>The helper went back, because the new version was not well.</summary>
    public const string Return = "automatic_rollback";
}

/// <summary>
/// What was applied on this node, newest first, in one small file beside the settings; what the helper did by itself it keeps in a
/// file of its own, which the node only reads. An update never fails for want of its history.
/// </summary>
/// <param name="helperPath">Null where no helper writes.</param>
internal sealed class UpdateHistory(string path, ILogger<UpdateHistory> logger, string? helperPath = null)
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
            return [.. ReadFile().Concat(ReadHelpers()).OrderByDescending(attempt => attempt.AttemptedAt).Take(Capacity)];
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

    // Not this program's to repair.
    private List<UpdateAttempt> ReadHelpers()
    {
        try
        {
            return helperPath is not null && new FileInfo(helperPath) is { Exists: true, Length: <= MaxBytes }
                ? JsonSerializer.Deserialize(File.ReadAllBytes(helperPath), UpdateHistoryJson.Default.ListUpdateAttempt) ?? []
                : [];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(e, "{Path} cannot be read", helperPath);
            return [];
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
