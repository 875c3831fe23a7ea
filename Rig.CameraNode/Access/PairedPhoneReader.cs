using Rig.Hosting.Access;

namespace Rig.CameraNode.Access;

/// <summary>Knows paired devices by their cookie.</summary>
internal sealed class PairedPhoneReader(PairingFile pairing, TimeProvider time, ILogger<PairedPhoneReader> log) : ICallerReader
{
    private static readonly TimeSpan SeenInterval = TimeSpan.FromHours(1);

    public ValueTask<Caller?> ReadAsync(HttpContext context)
    {
        if (!DeviceToken.TryParse(context.Request.Cookies[PhoneCookie.Name], out var token) || pairing.Current.Find(token) is not { } device)
        {
            return ValueTask.FromResult<Caller?>(null);
        }

        context.Features.Set(device);
        Saw(device);
        return ValueTask.FromResult<Caller?>(device.ToCaller());
    }

    private void Saw(PairedDevice device)
    {
        var now = time.GetUtcNow();
        if (now - device.LastSeen < SeenInterval)
        {
            return;
        }

        try
        {
            pairing.Change(newest => newest.Find(device.Id) is { } here ? newest.Change(here with { LastSeen = now }) : newest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            log.LogWarning("When {Device} was last seen is not kept: {Reason}", device.Title, e.Message);
        }
    }
}
