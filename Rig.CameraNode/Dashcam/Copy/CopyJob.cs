using Rig.CameraNode.Dashcam.Staging;

namespace Rig.CameraNode.Dashcam.Copy;

/// <summary>Steps of <see cref="CopyJob"/> between which a power cut must lose nothing.</summary>
internal enum CopyStep
{
    Selected,
    Opened,
    Appended,
    Read,
    Verified,
    Published,
    Recorded,
}

/// <param name="AtStep">For tests that end it there; called by one thread at a time.</param>
internal sealed record CopyPorts(StagingFolder Folder, Ledger Ledger, StagingSpace Space, TimeProvider Time, Action<CopyStep>? AtStep = null);

/// <summary>
/// Copies what is new on a mounted volume into the staging folder. Blocks its thread; cancelled, it keeps what it has for the next time. While one film is
/// read from the camera, those before it are synced, read back and committed.
/// </summary>
internal sealed class CopyJob(CopyPorts ports, CopySelection selection, bool compareFull, Action<CopyReport> onProgress)
{
    private const int ChunkBytes = 1 << 20;
    private const int MaxTries = 3;
    private const int MaxFailuresInARow = 3;

    /// <summary>Films that are verified at the same time; they mostly wait for the medium.</summary>
    private const int MaxFinishing = 4;

    /// <summary>By turns: one is hashed while the other is filled.</summary>
    private readonly byte[][] buffers = [new byte[ChunkBytes], new byte[ChunkBytes]];
    private readonly List<Task<long?>> finishing = [];
    private readonly StagingCommit commit = new(ports);
    private readonly Lock stepping = new();
    private (int Files, long Bytes) read;
    private CopyReport report = new();

    internal CopyReport Run(string root, CancellationToken cancellationToken)
    {
        try
        {
            CopyAll(root, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            report = report with { Failure = "The copy was ended before its time; what it has is kept." };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            report = report with { Failure = e.Message };
        }
        finally
        {
            // Nobody works on the staging folder after this returns or throws.
            Task.WhenAll(finishing).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).Wait(CancellationToken.None);
        }

        // What was being verified when the copy ended.
        while (finishing.Count > 0)
        {
            try
            {
                TakeInOne();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or StagingFullException or OperationCanceledException)
            {
                report = report with { Failure = report.Failure ?? e.Message };
            }
        }

        return report;
    }

    private void CopyAll(string root, CancellationToken cancellationToken)
    {
        var files = selection.Find(root);
        var failures = 0;
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (read.Files > 0 && ((selection.MaxFiles > 0 && read.Files >= selection.MaxFiles) || (selection.MaxBytes > 0 && read.Bytes + file.SizeBytes > selection.MaxBytes))
                && !IsKnown(file, cancellationToken, out _))
            {
                report = report with { More = true };
                return;
            }

            try
            {
                Copy(root, file, cancellationToken);
                failures = 0;
            }
            catch (StagingFullException e)
            {
                StopFull(e);
                return;
            }
            catch (Exception e) when (e is SourceException or UnauthorizedAccessException)
            {
                report = report with { Problems = [.. report.Problems, $"{file.RelativePath}: {e.Message}"] };
                if (++failures >= MaxFailuresInARow || !IsThere(root))
                {
                    throw new IOException($"The camera's volume cannot be read any more: {e.Message}", e);
                }
            }

            onProgress(report);
        }

        try
        {
            while (finishing.Count > 0)
            {
                TakeInOne();
            }
        }
        catch (StagingFullException e)
        {
            StopFull(e);
            return;
        }

        // The volume was read to its end: what is left of files that are gone from it is of no use.
        if (report.Succeeded)
        {
            foreach (var part in Directory.EnumerateFiles(ports.Folder.PartsFolder, "*.part"))
            {
                PartFile.Delete(part);
            }
        }
    }

    private void Copy(string root, SourceFile file, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            if (IsKnown(file, cancellationToken, out var samples))
            {
                report = report with { Skipped = report.Skipped + 1 };
                return;
            }

            if (TryCopy(root, file, samples, cancellationToken))
            {
                return;
            }

            if (file.Again(root) is not { } again)
            {
                throw new SourceException("It is gone from the camera.");
            }

            if (tries == MaxTries)
            {
                // Left for the next time; a half film under a final name would be taken for a whole one.
                report = report with { More = true };
                return;
            }

            file = again;
        }
    }

    /// <returns>False: the file changed while it was read.</returns>
    private bool TryCopy(string root, SourceFile file, string samples, CancellationToken cancellationToken)
    {
        At(CopyStep.Selected);
        var path = Path.Combine(ports.Folder.PartsFolder, file.Key(samples) + ".part");
        var partLength = File.Exists(path) ? new FileInfo(path).Length : 0;
        ports.Space.Check(file.SizeBytes - partLength);
        var part = StagingSpace.WithRoom(() => PartFile.Open(path, cancellationToken));
        var handedOn = false;
        try
        {
            At(CopyStep.Opened);
            Keeping(part, path, () => ReadInto(part, file, cancellationToken));
            if (file.Again(root) != file)
            {
                PartFile.Delete(path);
                return false;
            }

            At(CopyStep.Read);
            while (finishing.Count >= MaxFinishing)
            {
                TakeInOne();
            }

            handedOn = true;
        }
        finally
        {
            if (!handedOn)
            {
                part.Dispose();
            }
        }

        read = (read.Files + 1, read.Bytes + file.SizeBytes);
        finishing.Add(Task.Run(() => Finish(part, path, file, samples, cancellationToken), CancellationToken.None));
        return true;
    }

    /// <returns>Bytes that were staged; null: their content was staged before.</returns>
    private long? Finish(PartFile part, string path, SourceFile file, string samples, CancellationToken cancellationToken)
    {
        using (part)
        {
            Keeping(part, path, () => StagingSpace.WithRoom(() =>
            {
                part.Verify(file.ModifiedUtc, new byte[ChunkBytes], cancellationToken);
                return true;
            }));
            At(CopyStep.Verified);
            return commit.Add(part, path, file, samples, At);
        }
    }

    /// <summary>What is there of a cut copy is kept for the next one. Bad bytes are not, and what filled the disk gives its room back.</summary>
    private static void Keeping(PartFile part, string path, Action copy)
    {
        try
        {
            copy();
        }
        catch (Exception e) when (e is OperationCanceledException or SourceException)
        {
            StagingSpace.WithRoom(() =>
            {
                part.Checkpoint();
                return true;
            });
            throw;
        }
        catch (Exception e) when (e is InvalidDataException or StagingFullException)
        {
            PartFile.Delete(path);
            throw;
        }
    }

    private void TakeInOne()
    {
        var at = Task.WaitAny([.. finishing]);
        var done = finishing[at];
        finishing.RemoveAt(at);
        report = done.GetAwaiter().GetResult() is { } bytes
            ? report with { Copied = report.Copied + 1, CopiedBytes = report.CopiedBytes + bytes }
            : report with { Skipped = report.Skipped + 1 };
    }

    private void StopFull(StagingFullException e) => report = report with { StagingFull = e.Message, More = true };

    private void ReadInto(PartFile part, SourceFile file, CancellationToken cancellationToken)
    {
        using var source = OpenSource(file);
        var turn = 0;
        while (part.Length < file.SizeBytes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var buffer = buffers[turn];
            turn = 1 - turn;
            var length = ReadSource(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, file.SizeBytes - part.Length)), part.Length);
            if (length == 0)
            {
                // Shorter than it was: the comparison that follows says so.
                break;
            }

            StagingSpace.WithRoom(() =>
            {
                part.Append(buffer.AsMemory(0, length));
                return true;
            });
            At(CopyStep.Appended);
            onProgress(report);
        }

        part.EndHashing();
    }

    private bool IsKnown(SourceFile file, CancellationToken cancellationToken, out string samples)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var source = OpenSource(file);
        try
        {
            samples = SourceSamples.Read(source, file.SizeBytes);
        }
        catch (IOException e)
        {
            throw new SourceException(e.Message, e);
        }

        return !compareFull && ports.Ledger.FindSource(file.RelativePath) is { } known && file.Is(known, samples) && ports.Ledger.IsKept(known.Sha256);
    }

    private static FileStream OpenSource(SourceFile file)
    {
        try
        {
            return new FileStream(file.FullPath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, FileOptions.SequentialScan);
        }
        catch (IOException e)
        {
            throw new SourceException(e.Message, e);
        }
    }

    private static int ReadSource(FileStream source, Span<byte> into, long at)
    {
        try
        {
            return RandomAccess.Read(source.SafeFileHandle, into, at);
        }
        catch (IOException e)
        {
            throw new SourceException(e.Message, e);
        }
    }

    private static bool IsThere(string root)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(root).Any();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private void At(CopyStep step)
    {
        if (ports.AtStep is { } hook)
        {
            lock (stepping)
            {
                hook(step);
            }
        }
    }
}
