using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Rig.CameraNode.Dashcam.Staging;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Dashcam.Copy;

/// <summary>
/// Gives verified films their final names and enters them in the ledger. Those that wait at the same time share one sync of each folder and one of the ledger.
/// </summary>
internal sealed class StagingCommit(CopyPorts ports)
{
    private readonly ConcurrentQueue<Waiting> queue = new();

    /// <summary>Names and contents are each given once, so one thread gives them.</summary>
    private readonly Lock committing = new();

    /// <summary>On return the film is durable under its name and in the ledger.</summary>
    /// <param name="path">Of the part file.</param>
    /// <returns>Bytes that were staged; null: their content was staged before.</returns>
    internal long? Add(PartFile part, string path, SourceFile file, string samples, Action<CopyStep> at)
    {
        var own = new Waiting(part, path, new KnownSource(file.RelativePath, file.SizeBytes, file.ModifiedUnixMs, samples, part.Sha256()));
        queue.Enqueue(own);
        lock (committing)
        {
            if (!own.Ended)
            {
                CommitWaiting(at);
            }
        }

        own.Failure?.Throw();
        return own.StagedBytes;
    }

    private void CommitWaiting(Action<CopyStep> at)
    {
        var named = new List<Waiting>();
        while (queue.TryDequeue(out var one))
        {
            // What the ledger is to tell of these must be in it first.
            if (named.Exists(other => other.Source.Sha256 == one.Source.Sha256 || string.Equals(NameOf(other), NameOf(one), StringComparison.OrdinalIgnoreCase)))
            {
                Record(named, at);
                named.Clear();
            }

            one.Try(() =>
            {
                if (ports.Ledger.IsKept(one.Source.Sha256))
                {
                    // The same bytes under another name.
                    PartFile.Delete(one.Path);
                    ports.Ledger.AddSource(one.Source);
                    one.Ended = true;
                    return;
                }

                one.Part.Publish(ports.Folder.Full(NameOf(one)));
                named.Add(one);
                at(CopyStep.Published);
            });
        }

        Record(named, at);
    }

    private void Record(List<Waiting> named, Action<CopyStep> at)
    {
        named.RemoveAll(one => one.Ended);
        if (named.Count == 0)
        {
            return;
        }

        var staged = named.ConvertAll(one => (new StagedFile(one.Source.Sha256, one.Source.SizeBytes, NameOf(one), ports.Time.GetUtcNow()), one.Source));
        try
        {
            foreach (var folder in staged.Select(one => Path.GetDirectoryName(ports.Folder.Full(one.Item1.Name))!).Distinct())
            {
                DurableFile.SyncDirectory(folder);
            }

            StagingSpace.WithRoom(() =>
            {
                ports.Ledger.Add(staged);
                return true;
            });
        }
        catch (Exception e)
        {
            // Nothing was entered: the next copy takes them from the camera again, and a start before it finds them in the staging folder.
            var failure = ExceptionDispatchInfo.Capture(e);
            named.ForEach(one => (one.Failure, one.Ended) = (failure, true));
            return;
        }

        foreach (var one in named)
        {
            (one.StagedBytes, one.Ended) = (one.Source.SizeBytes, true);
            one.Try(() => at(CopyStep.Recorded));
        }
    }

    private string NameOf(Waiting one)
    {
        // What Rig keeps there has these names.
        var name = one.Source.Path;
        var own = name == StagingLock.FileName || name.Split('/')[0] == StagingFolder.OwnFolder;
        return ports.Ledger.NameFor(own ? "camera/" + name : name, one.Source.Sha256);
    }

    private sealed class Waiting(PartFile part, string path, KnownSource source)
    {
        public PartFile Part => part;

        public string Path => path;

        public KnownSource Source => source;

        public bool Ended { get; set; }

        public long? StagedBytes { get; set; }

        public ExceptionDispatchInfo? Failure { get; set; }

        public void Try(Action step)
        {
            try
            {
                step();
            }
            catch (Exception e)
            {
                (Failure, Ended) = (ExceptionDispatchInfo.Capture(e), true);
            }
        }
    }
}
