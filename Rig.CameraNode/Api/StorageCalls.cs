using Rig.Actors.Recording;
using Rig.CameraNode.Control;
using Rig.Hosting.Http;
using static Rig.Actors.Recording.StorageProtocol;

namespace Rig.CameraNode.Api;

/// <summary>The storage as the routes ask it.</summary>
internal static class StorageCalls
{
    private static readonly TimeSpan LookTimeout = TimeSpan.FromSeconds(2);

    /// <summary>For the disk, and for what is asked of it before.</summary>
    private static readonly TimeSpan WorkTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Every take that was sealed before this was called; where the storage does not answer, what it published last.</summary>
    public static async Task<Catalogue> CatalogueAsync(this INodeControl node, RecordingCatalogue published, CancellationToken cancellationToken)
    {
        try
        {
            return await node.AskCameraAsync(new GetCatalogue(), LookTimeout, cancellationToken) as Catalogue ?? published.Current;
        }
        catch (TimeoutException)
        {
            return published.Current;
        }
    }

    /// <returns>An answer of <see cref="StorageProtocol"/>.</returns>
    /// <exception cref="ApiException">503: the storage could not do it.</exception>
    public static async Task<object> AskStorageAsync(this INodeControl node, IStorageRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await node.AskCameraAsync(request, WorkTimeout, cancellationToken);
            return answer is StorageFailed failed ? throw new ApiException(StatusCodes.Status503ServiceUnavailable, failed.Message) : answer;
        }
        catch (TimeoutException)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "The video disk did not answer in time. Try again in a moment.");
        }
    }
}
