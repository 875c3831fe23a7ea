using System.Text.Json;
using System.Threading.Channels;
using Rig.Rehearsal.Truth;

namespace Rig.Rehearsal.DrawnMatch;

/// <summary>
/// Writes a take's truth file beside the frames' own time: lines are queued and written by a thread of its own. When the disk is
/// more than <see cref="QueueFrames"/> frames behind, a line is left out rather than a picture delayed.
/// </summary>
internal sealed class TruthWriter : IDisposable
{
    private const int QueueFrames = 1024;
    private readonly Channel<TruthFrame> queue = Channel.CreateBounded<TruthFrame>(
        new BoundedChannelOptions(QueueFrames) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly Task writing;

    public TruthWriter(string path, TruthHeader header) => writing = Task.Run(() => WriteAsync(path, header));

    public void Add(TruthFrame frame) => queue.Writer.TryWrite(frame);

    /// <summary>Returns when every line that was queued is in the file.</summary>
    public void Dispose()
    {
        queue.Writer.TryComplete();
        writing.GetAwaiter().GetResult();
    }

    private async Task WriteAsync(string path, TruthHeader header)
    {
        try
        {
            var file = File.Create(path);
            await using var _ = file.ConfigureAwait(false);
            await WriteLineAsync(file, JsonSerializer.SerializeToUtf8Bytes(header, MatchTruthJson.Default.TruthHeader));
            await foreach (var frame in queue.Reader.ReadAllAsync())
            {
                await WriteLineAsync(file, JsonSerializer.SerializeToUtf8Bytes(frame, MatchTruthJson.Default.TruthFrame));
            }
        }
        catch (IOException e)
        {
            // The truth is for checking; a recording does not fail for it.
            await Console.Error.WriteLineAsync($"The synthetic match's truth could not be written to {path}: {e.Message}");
        }
    }

    private static async Task WriteLineAsync(FileStream file, byte[] json)
    {
        await file.WriteAsync(json);
        file.WriteByte((byte)'\n');
    }
}
