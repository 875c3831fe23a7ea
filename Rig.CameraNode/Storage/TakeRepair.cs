using Rig.Actors.Recording;
using Rig.CameraNode.Storage.Mp4;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Storage;

/// <summary>
/// Seals a take that did not end well: cuts the file back to its last whole fragment, trims or completes the index, hashes
/// what is there and writes the manifest. May be interrupted and repeated at any point.
/// </summary>
internal static class TakeRepair
{
    /// <param name="trustedBytes">Bytes beyond this are not trusted even where they look whole.</param>
    /// <param name="known">Gaps whose reasons are known from the running take.</param>
    /// <returns>Null when the file holds no whole fragment; it is unchanged then.</returns>
    internal static TakeSealed? Repair(
        IRecordingFiles files, TakePaths paths, OpenTake open, string endReason, long trustedBytes = long.MaxValue, IReadOnlyList<ManifestGap>? known = null)
    {
        var found = VideoContent.Read(paths.Video, trustedBytes);
        var (wholeBytes, samples) = (found.WholeBytes, found.Samples);
        if (samples.Count == 0)
        {
            return null;
        }

        using (var video = files.OpenExisting(paths.Video))
        {
            if (video.Length != wholeBytes)
            {
                video.Truncate(wholeBytes);
            }

            video.SyncData();
        }

        var records = CompleteIndex(paths, open, samples);
        var first = records[0];
        open = open with { First = new OpenTake.FirstFrame(first.Number, first.MonotonicNs, first.WallNs) };
        files.WriteAtomic(paths.Index, Serialise(records));

        var timeline = new TakeTimeline(open.FrameDurationNs);
        var reasons = (known ?? []).ToDictionary(gap => gap.StartOffsetMs, gap => gap.Reason);
        long lastEndNs = 0;
        foreach (var record in records)
        {
            var gapStartMs = Math.Round((lastEndNs - first.MonotonicNs) / 1e6, 3);
            timeline.Add(record.Number, record.MonotonicNs, reasons.GetValueOrDefault(gapStartMs, TakeTimeline.UnknownReason));
            lastEndNs = record.MonotonicNs + open.FrameDurationNs;
        }

        var content = new TakeContent(wholeBytes, found.Sha256, timeline);
        return TakeSealer.Seal(files, paths, open, content, endReason);
    }

    /// <summary>The index has a record for each sample: those it has where they agree, else made from the file's own times.</summary>
    private static List<IndexRecord> CompleteIndex(TakePaths paths, OpenTake open, IReadOnlyList<Mp4Scanner.ScannedSample> samples)
    {
        var existing = File.Exists(paths.Index) ? FrameIndex.Read(File.ReadAllBytes(paths.Index)) : [];
        bool Agrees(int i) => i < existing.Count && existing[i].FragmentOffset == samples[i].FragmentOffset && existing[i].SizeBytes == samples[i].SizeBytes;
        var first = open.First ?? (Agrees(0)
            ? new OpenTake.FirstFrame(existing[0].Number, existing[0].MonotonicNs, existing[0].WallNs)
            : new OpenTake.FirstFrame(0, 0, (open.ScheduledStartMaster.AddMilliseconds(open.ClockOffsetMs ?? 0) - DateTimeOffset.UnixEpoch).Ticks * 100));
        var records = new List<IndexRecord>(samples.Count);
        for (var i = 0; i < samples.Count; i++)
        {
            var sample = samples[i];
            if (Agrees(i))
            {
                records.Add(existing[i]);
                continue;
            }

            var sinceFirstNs = (long)Math.Round(sample.Ticks * (1e9 / Mp4Header.Timescale));
            var number = first.Number + (long)Math.Round((double)sinceFirstNs / open.FrameDurationNs);
            records.Add(new IndexRecord(number, first.MonotonicNs + sinceFirstNs, first.WallNs + sinceFirstNs, sample.FragmentOffset, sample.SizeBytes, sample.IsKey));
        }

        return records;
    }

    private static byte[] Serialise(List<IndexRecord> records)
    {
        var bytes = new byte[FrameIndex.HeaderBytes + (records.Count * FrameIndex.RecordBytes)];
        FrameIndex.Header().CopyTo(bytes, 0);
        for (var i = 0; i < records.Count; i++)
        {
            FrameIndex.Write(bytes.AsSpan(FrameIndex.HeaderBytes + (i * FrameIndex.RecordBytes)), records[i]);
        }

        return bytes;
    }
}
