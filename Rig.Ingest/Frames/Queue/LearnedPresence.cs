using Rig.Ingest.Detect;
using Rig.Ingest.Detect.Learned;

namespace Rig.Ingest.Frames;

/// <summary>Counts people with the model of <c>Rig:Detect:Model</c>, which is opened with the first picture.</summary>
internal sealed class LearnedPresence(ModelSettings settings, ILogger<LearnedPresence> log) : IPresenceDetector, IDisposable
{
    private readonly Lazy<LearnedStills> stills = new(() => new LearnedStills(new LearnedDetector(settings)));

    public Task<int?> CountAsync(ReadOnlyMemory<byte> jpeg, CancellationToken cancellationToken) => Task.Run(() => Count(jpeg.ToArray()), cancellationToken);

    public void Dispose()
    {
        if (stills.IsValueCreated)
        {
            stills.Value.Dispose();
        }
    }

    /// <summary>An event without a count is worth more than none: what fails is said and left out.</summary>
    private int? Count(byte[] jpeg)
    {
        try
        {
            return stills.Value.CountPeople(jpeg);
        }
        catch (Exception e) when (e is ModelException or InvalidDataException)
        {
            log.LogWarning("People in a still picture were not counted. {Cause}", e.Message);
            return null;
        }
    }
}
