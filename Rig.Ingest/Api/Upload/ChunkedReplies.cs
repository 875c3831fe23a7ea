using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <param name="ResumeChunk">The first chunk that is not here.</param>
internal sealed record ChunkedBeginReply(string UploadId, int ResumeChunk, int TotalChunks);

/// <param name="Status">Always <c>ok</c>.</param>
/// <param name="ChunkHash">MD5 in hex, computed by the server.</param>
internal sealed record ChunkReply(string Status, int ChunkIndex, string ChunkHash);

/// <param name="Status"><c>receiving</c>, <c>done</c> or <c>failed</c>.</param>
/// <param name="ReceivedChunks">How many are here.</param>
/// <param name="ResumeChunk">The first chunk that is not here.</param>
/// <param name="Missing">Chunks that are not here, at most 1000 of them.</param>
internal sealed record ChunkedStatusReply(string UploadId, string Status, int ReceivedChunks, int ResumeChunk, int TotalChunks, IReadOnlyList<int> Missing)
{
    public static ChunkedStatusReply Of(ChunkedState state) => new(
        state.Id.ToString(),
        state.End is null ? "receiving" : state.End.IsTaken ? "done" : "failed",
        state.ReceivedChunks,
        state.ResumeChunk,
        state.TotalChunks,
        state.MissingChunks);
}
