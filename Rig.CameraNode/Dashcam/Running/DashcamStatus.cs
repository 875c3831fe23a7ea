using System.Text.Json;
using System.Text.Json.Serialization;

namespace Rig.CameraNode.Dashcam.Running;

/// <summary>What <c>rig-node dashcam status</c> shows, as the running service last wrote it.</summary>
internal sealed record DashcamStatus
{
    public string Goal { get; init; } = "begin";

    /// <summary>unknown, off, record or data.</summary>
    public string Port { get; init; } = "unknown";

    public double? BatteryPercent { get; init; }

    public bool? Mains { get; init; }

    public string? BatteryProblem { get; init; }

    public bool? HostReachable { get; init; }

    /// <summary>What runs now: set_port, detect, copy, unmount, shut_down.</summary>
    public string? Task { get; init; }

    public bool Uploading { get; init; }

    public bool MayBeMounted { get; init; }

    public int PendingFiles { get; init; }

    public int CopiedFiles { get; init; }

    public long CopiedBytes { get; init; }

    public int VerifiedFiles { get; init; }

    public long VerifiedBytes { get; init; }

    /// <summary>Of the last thing that failed; null after it worked again.</summary>
    public string? CopyProblem { get; init; }

    public string? UploadProblem { get; init; }

    public string? PortProblem { get; init; }

    public int ProcessId { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DashcamStatus))]
internal sealed partial class DashcamStatusJson : JsonSerializerContext;

/// <summary>The status in a file of the staging folder. Not synced: after a power cut nobody asks for it.</summary>
internal sealed class StatusFile(string path, ILogger<StatusFile> logger)
{
    private bool failed;

    internal void Write(DashcamStatus status)
    {
        try
        {
            File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(status, DashcamStatusJson.Default.DashcamStatus));
            File.Move(path + ".new", path, overwrite: true);
            failed = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!failed)
            {
                logger.LogWarning("The status cannot be written to {Path}: {Reason}", path, e.Message);
            }

            failed = true;
        }
    }

    /// <returns>Null: nothing ran here, or the file is damaged.</returns>
    internal static DashcamStatus? Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), DashcamStatusJson.Default.DashcamStatus) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
