using Rig.Actors.Recording;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;

namespace Rig.Tests.Support;

/// <summary>A camera that does what the test says: by default a take starts and stops at once.</summary>
public sealed class ScriptedCamera(ScriptedCatalogue? catalogue = null) : ICamera
{
    private readonly Lock gate = new();

    public event Action<TakeSealed>? TakeEnded;

    public CameraStatus Status { get; set; } = new(true, "Scripted", 1280, 720, 30, "h264", 6, null, null);

    public PreviewPicture? Preview { get; set; }

    /// <summary>Every request, in order.</summary>
    public List<TakeRequest> Started { get; } = [];

    /// <summary>Every order to stop, in order.</summary>
    public List<(RecordingId Id, DateTimeOffset At)> Stopped { get; } = [];

    /// <summary>Awaited before a start succeeds; throw for one that fails.</summary>
    public Func<TakeRequest, Task> BeforeStart { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited before a stop succeeds.</summary>
    public Func<RecordingId, Task> BeforeStop { get; set; } = _ => Task.CompletedTask;

    public async Task<TakeStarted> StartTakeAsync(TakeRequest request, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Started.Add(request);
        }

        await BeforeStart(request);
        catalogue?.Open(request.Id);
        Status = Status with { Take = new TakeProgress(request.Id, $"/v/{request.Id}.mp4", request.StartAt, 0, 8, 0, 1000) };
        return new TakeStarted(request.Id, request.ScheduledStartMaster.AddMilliseconds(0.5), $"/v/{request.Id}.mp4");
    }

    public async Task<TakeSealed> StopTakeAsync(RecordingId id, DateTimeOffset stopAt, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Stopped.Add((id, stopAt));
        }

        await BeforeStop(id);
        return Status.Take?.Id == id ? Seal(id, TakeEndReason.Stopped) : throw new TakeFailedException($"There is no take {id}.");
    }

    /// <summary>The running take ends by itself.</summary>
    public void EndTake(string reason) => TakeEnded?.Invoke(Seal(Status.Take!.Id, reason));

    private TakeSealed Seal(RecordingId id, string reason)
    {
        Status = Status with { Take = null };
        var at = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        var manifest = new Manifest
        {
            Recording = new ManifestRecording(id.ToString(), id.SessionId.Value, id.CameraId.Value, id.CameraId.Position, id.Take, EndReason: reason),
            File = new ManifestFile($"{id}.mp4", 1000, "mp4", "h264"),
            Video = new ManifestVideo(new ManifestResolution(1280, 720), 30, 6, 10, 300),
            Timing = new ManifestTiming(at, at.AddSeconds(10), true),
            Checksum = new ManifestChecksum("sha256", new string('a', 64)),
            Quality = new ManifestQuality(0),
        };
        catalogue?.Seal(id, reason);
        return new TakeSealed(id, manifest, $"/v/{id}.mp4", $"/m/{id}.json", reason);
    }
}
