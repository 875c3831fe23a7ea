namespace Rig.Viewer.Operations;

internal static class StaticAssets
{
    /// <summary>Style sheets and scripts are the same for everyone and are asked for again by ETag, so an update shows at once.</summary>
    public static StaticFileOptions Options { get; } = new()
    {
        OnPrepareResponse = context => context.Context.Response.Headers.CacheControl = "public, no-cache",
    };
}
