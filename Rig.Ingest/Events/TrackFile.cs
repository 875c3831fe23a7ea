using System.Runtime.CompilerServices;
using System.Text.Json;
using Rig.Actors.Pipeline;
using Rig.Domain.Match;

namespace Rig.Ingest.Events;

/// <summary><c>analysis/tracks.jsonl</c>, one <see cref="TrackedFrame"/> a line, read as a stream: a match has some 60 MB of it.</summary>
internal static class TrackFile
{
    /// <exception cref="StageFailedException">The file is missing or a line is no frame.</exception>
    public static async IAsyncEnumerable<TrackedFrame> ReadAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new StageFailedException("The players' tracks are missing. Retry the session from its detection stage.");
        }

        var number = 0;
        await foreach (var line in File.ReadLinesAsync(path, cancellationToken))
        {
            number++;
            TrackedFrame? frame;
            try
            {
                frame = JsonSerializer.Deserialize(line, TrackingJson.Default.TrackedFrame);
            }
            catch (JsonException broken)
            {
                throw new StageFailedException($"Line {number} of the players' tracks cannot be read. Retry the session from its detection stage.", broken);
            }

            if (frame is not null)
            {
                yield return frame;
            }
        }
    }
}
