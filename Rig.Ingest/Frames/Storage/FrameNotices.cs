using Rig.Domain.Frames;

namespace Rig.Ingest.Frames;

/// <summary>Says on this server that a device has something to analyse; the queue itself is the truth.</summary>
internal sealed class FrameNotices
{
    public event Action<DeviceId>? Came;

    public void Tell(IEnumerable<DeviceId> devices)
    {
        foreach (var device in devices)
        {
            Came?.Invoke(device);
        }
    }
}
