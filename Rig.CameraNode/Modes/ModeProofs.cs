using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Modes;

/// <summary>The file of measurements, <c>{"version":1,"proofs":[…]}</c>.</summary>
internal static class ModeProofs
{
    private const int Version = 1;
    private const int MaxProofs = 500;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <returns>None where there is no file.</returns>
    /// <exception cref="InvalidDataException">The file is broken or of a newer version.</exception>
    internal static IReadOnlyList<ModeProof> Read(string path)
    {
        try
        {
            var content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), Json);
            return content is { Version: Version, Proofs: { } proofs } && proofs.All(p => p is { Machine: not null, Camera: not null, Encoder: not null })
                ? proofs
                : throw new InvalidDataException($"{path} is not a file of measured modes that this software reads. Move it away and run 'rig-node probe' again.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is not a file of measured modes. Move it away and run 'rig-node probe' again.", e);
        }
    }

    /// <summary>Keeps a measurement durably; it replaces an older one of the same mode.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    internal static void Add(string path, ModeProof proof)
    {
        var kept = Read(path).Where(p => !p.IsSameMeasurement(proof)).TakeLast(MaxProofs - 1);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        DurableFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(new Content(Version, [.. kept, proof]), Json));
    }

    private sealed record Content(int Version, IReadOnlyList<ModeProof>? Proofs);
}
