using Microsoft.AspNetCore.Http.Features;
using Rig.Hosting.Http;

namespace Rig.Ingest.Receive;

/// <summary>What all requests that carry video have in common.</summary>
internal static class UploadRequest
{
    /// <summary>The bytes are counted as they come; the server's own small limit is for other requests.</summary>
    public static void LiftBodyLimit(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }
    }

    /// <param name="work">Given a token that is cancelled when the time is over or the client is gone.</param>
    /// <exception cref="ApiException">408: it took longer.</exception>
    public static async Task<IResult> WithinAsync(int seconds, HttpContext context, Func<CancellationToken, Task<IResult>> work)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        deadline.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            return await work(deadline.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested && deadline.IsCancellationRequested)
        {
            throw new ApiException(408, $"The upload took longer than {seconds} s. Send it again, or raise Rig:Server:UploadTimeoutSec.");
        }
    }
}
