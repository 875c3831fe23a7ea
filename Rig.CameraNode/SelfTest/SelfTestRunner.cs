using Microsoft.Extensions.Options;
using Rig.Actors.Recording;
using Rig.Actors.Timing;
using Rig.CameraNode.Control;
using Rig.CameraNode.Settings;
using Rig.CameraNode.Storage;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.SelfTest;

/// <summary>
/// The camera's test of itself: records for some seconds as in a match, reads the file back, compares its SHA-256 with the
/// manifest's, decodes every frame, and deletes it. Runs to its end once begun; a match can start when it is over.
/// </summary>
internal sealed class SelfTestRunner(
    INodeControl node, PublishedNode published, MasterClock clock, CameraIdentity identity, IOptions<StorageOptions> storage, IRecordingFiles files, IVideoDecoder decoder, ILogger<SelfTestRunner> logger)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>More than this share of the frames dropped is a failure: this machine does not keep up with its mode.</summary>
    private const double MayBeDropped = 0.01;

    private int running;
    private volatile SelfTestResult? last;

    internal SelfTestResult? Last => last;

    internal bool IsRunning => Volatile.Read(ref running) != 0;

    /// <returns>Null when one runs already.</returns>
    internal async Task<SelfTestResult?> RunAsync(TimeSpan length)
    {
        if (Interlocked.Exchange(ref running, 1) != 0)
        {
            return null;
        }

        try
        {
            var id = new TakeId(SessionId.ForSelfTest(clock.NodeNow), identity.Id);
            RemoveFiles();
            var result = await TestAsync(id, length);
            result = result with { Deleted = RemoveFiles() };
            result = result with { Passed = result.Errors.Count == 0 && result.Deleted };
            logger.LogInformation("Self-test {Outcome}: {Errors}", result.Passed ? "passed" : "failed", string.Join(' ', result.Errors));
            return last = result;
        }
        finally
        {
            Volatile.Write(ref running, 0);
        }
    }

    private async Task<SelfTestResult> TestAsync(TakeId id, TimeSpan length)
    {
        var errors = new List<string>();
        var camera = published.Current?.Camera;
        var result = new SelfTestResult(false, camera is { Detected: true }, false, false, false, 0, 0, errors, 0, 0, false, 0, false, clock.NodeNow);
        if (!result.CameraDetected)
        {
            errors.Add($"The camera gives no picture. {camera?.Problem}".TrimEnd());
            return result;
        }

        try
        {
            var began = await AskAsync<RecordingProtocol.TakeBegan>(new CameraProtocol.StartSelfTest(id), StartTimeout);
            result = result with { RecordingStarted = true };
            var stopAt = clock.ToNode(began.FirstFrameMaster) + length;
            var take = (await AskAsync<CameraProtocol.SelfTestTake>(new CameraProtocol.StopSelfTest(id, stopAt), length + StopTimeout)).Take;
            var manifest = take.Manifest;
            result = result with
            {
                RecordingStopped = take.EndReason == TakeEndReason.Stopped,
                FileCreated = File.Exists(take.FilePath),
                FileSizeBytes = manifest.File.SizeBytes,
                DurationSec = manifest.Video.DurationSec,
                Frames = manifest.Video.Frames ?? 0,
                DroppedFrames = manifest.Quality?.DroppedFrames ?? 0,
            };
            if (!result.RecordingStopped)
            {
                errors.Add($"The recording ended by itself ({take.EndReason}).");
            }

            if (result.DroppedFrames > MayBeDropped * (result.Frames + result.DroppedFrames))
            {
                errors.Add($"{result.DroppedFrames} frames were dropped: this box does not keep up. Choose a lower mode, or let it cool.");
            }

            var content = await Task.Run(() => VideoContent.Read(take.FilePath));
            result = result with { HashVerified = content.Sha256 == manifest.Checksum.Value && content.WholeBytes == manifest.File.SizeBytes };
            if (!result.HashVerified)
            {
                errors.Add("The disk gave back other bytes than were written. Do not record on it.");
            }

            result = result with { DecodedFrames = await decoder.CountFramesAsync(take.FilePath) };
            if (result.DecodedFrames != result.Frames)
            {
                errors.Add($"{result.DecodedFrames} of {result.Frames} frames could be decoded.");
            }
        }
        catch (Exception e) when (e is TakeFailedException or IOException or UnauthorizedAccessException or TimeoutException or InvalidDataException)
        {
            errors.Add(e is TimeoutException ? "The camera did not answer in time." : e.Message);
            await TryStopAsync(id);
        }

        return result;
    }

    private async Task TryStopAsync(TakeId id)
    {
        try
        {
            await AskAsync<CameraProtocol.SelfTestTake>(new CameraProtocol.StopSelfTest(id, clock.NodeNow), StopTimeout);
        }
        catch (Exception e) when (e is TakeFailedException or TimeoutException)
        {
            logger.LogInformation("The self-test's take is over: {Reason}", e.Message);
        }
    }

    /// <exception cref="TakeFailedException">The camera refused; the message says why.</exception>
    private async Task<T> AskAsync<T>(object order, TimeSpan timeout) => await node.AskCameraAsync(order, timeout, CancellationToken.None) switch
    {
        T answer => answer,
        RecordingProtocol.TakeRefused refused => throw new TakeFailedException(refused.Message),
        var other => throw new TakeFailedException($"The camera sent an unexpected answer, {other.GetType().Name}."),
    };

    /// <summary>Removes the files of this and of earlier self-tests, and of nothing else.</summary>
    private bool RemoveFiles()
    {
        try
        {
            foreach (var root in new[] { storage.Value.RecordingsPath, storage.Value.ManifestsPath }.Where(Directory.Exists))
            {
                foreach (var path in Directory.EnumerateFiles(root, "SELFTEST_*", SearchOption.AllDirectories).ToList())
                {
                    if (TakeId.TryParse(Path.GetFileName(path).Split('.')[0], out var id) && id.SessionId.IsSelfTest && TakePaths.Of(storage.Value, id).Owns(path))
                    {
                        files.Delete(path);
                    }
                }

                // Deepest first; folders in which something else lies stay.
                foreach (var folder in Directory.EnumerateDirectories(root, "SELFTEST_*").SelectMany(session => Directory.EnumerateDirectories(session).Append(session)).ToList())
                {
                    if (!Directory.EnumerateFileSystemEntries(folder).Any())
                    {
                        Directory.Delete(folder);
                    }
                }
            }

            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(e, "The self-test's files could not be removed");
            return false;
        }
    }
}
