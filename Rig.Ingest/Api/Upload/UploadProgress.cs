using System.Globalization;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>Tells a sender that wants to know where its upload is, and how many of its bytes are durable, while it sends.</summary>
/// <param name="limit">The limits of an upload, as <see cref="UploadHeaders.Limit"/>.</param>
/// <param name="offset">Where the request's bytes begin.</param>
internal sealed class UploadProgress(HttpContext context, string limit, long offset) : IUploadListener
{
    private const long TellEveryBytes = 16L << 20;

    private long told = offset;

    public async ValueTask CreatedAsync(UploadRow upload)
    {
        var location = UploadRoutes.Root + "/" + upload.Id;
        context.Response.Headers.Location = location;
        await InterimResponse.SendAsync(context, $"Location: {location}", $"{UploadHeaders.Limit}: {limit}");
    }

    public async ValueTask WrittenAsync(long durableBytes)
    {
        if (durableBytes - told >= TellEveryBytes)
        {
            told = durableBytes;
            await InterimResponse.SendAsync(context, string.Create(CultureInfo.InvariantCulture, $"{UploadHeaders.Offset}: {told}"));
        }
    }
}
