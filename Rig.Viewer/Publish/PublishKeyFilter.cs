using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Rig.Hosting.Http;

namespace Rig.Viewer.Publish;

/// <summary>Lets only the ingest server in: <c>Authorization: Bearer KEY</c>, compared by hash in constant time.</summary>
internal sealed class PublishKeyFilter(IOptions<PublishOptions> options) : IEndpointFilter
{
    private const string Scheme = "Bearer ";
    private const int MaxKeyLength = 512;

    private readonly byte[] keyHash = Convert.FromHexString(options.Value.ApiKeySha256);

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var header = context.HttpContext.Request.Headers.Authorization.ToString();
        if (keyHash.Length > 0
            && header.Length <= Scheme.Length + MaxKeyLength
            && header.StartsWith(Scheme, StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..])), keyHash))
        {
            return next(context);
        }

        context.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
        return ValueTask.FromResult<object?>(ApiError.Of(
            StatusCodes.Status401Unauthorized,
            "The publish key is missing or wrong. Send 'Authorization: Bearer KEY' with the key whose SHA-256 is Rig:Push:ApiKeySha256 of the viewer."));
    }
}
