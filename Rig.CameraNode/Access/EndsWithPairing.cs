namespace Rig.CameraNode.Access;

internal static class EndsWithPairing
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A long answer to a phone ends within a second or two of the phone's removal.</summary>
    public static RouteHandlerBuilder EndWithPairing(this RouteHandlerBuilder route) => route.AddEndpointFilter(async (call, next) =>
    {
        var context = call.HttpContext;
        if (context.Features.Get<PairedDevice>() is not { } device)
        {
            return await next(call);
        }

        var pairing = context.RequestServices.GetRequiredService<PairingFile>();
        await using var look = context.RequestServices.GetRequiredService<TimeProvider>().CreateTimer(_ => AbortIfForgotten(), null, Interval, Interval);
        return await next(call);

        void AbortIfForgotten()
        {
            if (pairing.Current.Find(device.Id) is null)
            {
                context.Abort();
            }
        }
    });
}
