using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Encoding;
using Rig.CameraNode.Native;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Recordings;
using Rig.Tests.Storage;

namespace Rig.Tests.Faults;

/// <summary>
/// The node's recorder in a process that starts in a fraction of the node's time, so that it can be killed often: the real
/// recovery, writer and files, fed in real time with frames encoded beforehand. It seals one short take after another until killed.
/// </summary>
internal static class RecorderHost
{
    internal static StorageOptions StorageIn(string folder) =>
        new() { RecordingsPath = Path.Combine(folder, "recordings"), ManifestsPath = Path.Combine(folder, "manifests"), MinFreeSpaceGb = 0 };

    internal static string FramesIn(string folder) => Path.Combine(folder, "frames.bin");

    internal static string HandedIn(string folder) => Path.Combine(folder, "handed.bin");

    internal static TakeId Id(string run, long take) => new(SessionId.Parse(run), CameraId.Left, (int)take);

    internal static void WriteFrames(string path, IReadOnlyList<EncodedFrame> frames)
    {
        using var writer = new BinaryWriter(File.Create(path));
        foreach (var frame in frames)
        {
            writer.Write(frame.IsKey);
            writer.Write(frame.Data.Length);
            writer.Write(frame.Data.Span);
        }
    }

    internal static int Run(string folder, string run, int seed)
    {
        var storage = StorageIn(folder);
        var files = new PosixRecordingFiles();
        var disk = new RecordingDisk(Options.Create(storage), files, NullLogger<RecordingDisk>.Instance);
        using var recovery = new TakeRecovery(Options.Create(storage), files, disk, new SealedTakes(), NullLogger<TakeRecovery>.Instance);
        recovery.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        var frames = ReadFrames(FramesIn(folder));
        using var handed = new HandedFrames(HandedIn(folder));
        var random = new Random(seed);
        for (var take = 1; ; take++)
        {
            Record(storage, files, Id(run, take), frames, handed, random.Next(6, 24));
        }
    }

    private static void Record(
        StorageOptions storage, PosixRecordingFiles files, TakeId id, IReadOnlyList<(bool IsKey, byte[] Data)> frames, HandedFrames handed, int count)
    {
        handed.BeginTake(id.Take);
        var startNs = MonotonicClock.NowNs;
        var slots = new FrameSlots(startNs, SampleVideo.Fps);
        var startWallNs = MonotonicClock.WallNowNs(TimeProvider.System);
        var writer = TakeWriter.Create(files, TakePaths.Of(storage, id), TakeBench.Describe(id, TakeSealer.FromUnixNs(startWallNs)), NullLogger.Instance, TakeBench.NewMetrics());
        writer.FirstDurable.ContinueWith(_ => handed.DurableTake = id.Take, TaskContinuationOptions.ExecuteSynchronously);
        for (var n = 0; n < count; n++)
        {
            Posix.SleepUntil(slots.DueNs(n));
            var (isKey, data) = frames[n % frames.Count];
            writer.Enqueue(new EncodedFrame(n, slots.DueNs(n), startWallNs + slots.DueNs(n) - startNs, isKey, data), "test");
            handed.Add(MonotonicClock.NowNs);
            handed.Taken = writer.Frames;
        }

        writer.Finish(TakeEndReason.Stopped, count);
        writer.Ended.Wait();
        handed.SealedTake = id.Take;
    }

    private static List<(bool IsKey, byte[] Data)> ReadFrames(string path)
    {
        var frames = new List<(bool, byte[])>();
        using var reader = new BinaryReader(File.OpenRead(path));
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            frames.Add((reader.ReadBoolean(), reader.ReadBytes(reader.ReadInt32())));
        }

        return frames;
    }
}
