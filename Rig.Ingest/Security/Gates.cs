using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;
using Rig.Hosting.Http;

namespace Rig.Ingest.Security;

/// <summary>What a request passes before anything looks at it: its address, its rate and, where it brings recordings, its key.</summary>
internal static class Gates
{
    private const string KeyHeader = "X-Api-Key";
    private const string Bearer = "Bearer ";
    private const int MaxKeyLength = 512;

    public static IServiceCollection AddSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRigOptions<SecurityOptions>(SecurityOptions.Section);
        services.AddSingleton<IValidateOptions<SecurityOptions>, SecurityOptionsValidator>();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<SecurityOptions>>(LimitRates);
        return services;
    }

    public static void UseSecurity(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<SecurityOptions>>();
        // Read at the first request, so that a mistake in them is reported by the start's own check.
        var networks = new Lazy<IPNetwork[]>(() => [.. options.Value.AllowedNetworks.Select(network => IPNetwork.Parse(network))]);
        var keys = new Lazy<byte[][]>(() => [.. options.Value.ApiKeySha256.Select(Convert.FromHexString)]);
        app.Use((context, next) =>
        {
            if (networks.Value.Length > 0 && !Contains(networks.Value, context.Connection.RemoteIpAddress))
            {
                throw new ApiException(403, "This address may not use this server. Add its network to Rig:Security:AllowedNetworks if it should.");
            }

            return next(context);
        });
        app.UseRateLimiter();
        app.Use((context, next) =>
        {
            if (keys.Value.Length > 0 && NeedsKey(context) && !HasKey(context.Request, keys.Value))
            {
                context.Response.Headers.WWWAuthenticate = "Bearer";
                throw new ApiException(401, $"This server takes recordings only with its key, as header {KeyHeader} or as Authorization: Bearer. Its operator has it.");
            }

            return next(context);
        });
    }

    /// <returns>A new key and what is configured for it.</returns>
    public static (string Key, string Sha256) NewKey()
    {
        var key = "rig_" + RandomNumberGenerator.GetHexString(48, lowercase: true);
        return (key, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))));
    }

    private static bool IsThisMachine(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);

    private static bool Contains(IPNetwork[] networks, IPAddress? address)
    {
        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return plain is not null && networks.Any(network => network.Contains(plain));
    }

    /// <summary>Bringing recordings does, and so does steering offload from another machine.</summary>
    internal static bool NeedsKey(HttpContext context)
    {
        var path = context.Request.Path;
        return path.StartsWithSegments("/api/v1/upload") || path.StartsWithSegments("/api/upload") || path.StartsWithSegments("/api/session")
            || (path.StartsWithSegments("/api/v1/offload") && !HttpMethods.IsGet(context.Request.Method) && !IsThisMachine(context.Connection.RemoteIpAddress));
    }

    /// <summary>A key has 192 random bits, so its plain SHA-256 cannot be turned back; every hash is compared, in constant time.</summary>
    private static bool HasKey(HttpRequest request, byte[][] keys)
    {
        var authorization = request.Headers.Authorization.ToString();
        var given = request.Headers[KeyHeader] is [{ } header] ? header : authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : "";
        if (given.Length is 0 or > MaxKeyLength)
        {
            return false;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(given));
        var match = false;
        foreach (var key in keys)
        {
            match |= CryptographicOperations.FixedTimeEquals(hash, key);
        }

        return match;
    }

    private static void LimitRates(RateLimiterOptions limiter, IOptions<SecurityOptions> security)
    {
        var perSecond = security.Value.MaxRequestsPerSecond;
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, int>(context => perSecond == 0
            ? RateLimitPartition.GetNoLimiter(-1)
            : RateLimitPartition.GetTokenBucketLimiter(ClientPartition.Of(context.Connection.RemoteIpAddress), _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = 2 * perSecond,
                TokensPerPeriod = Math.Max(1, perSecond / 10),
                ReplenishmentPeriod = TimeSpan.FromSeconds(perSecond < 10 ? 1.0 / perSecond : 0.1),
            }));
        // Not 429: seed 001's client gives up on every 4xx, and tries again on a 5xx.
        limiter.OnRejected = (context, _) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "1";
            return new ValueTask(ApiError.Of(503, "Too many requests at once from this address. Wait a second and try again.").ExecuteAsync(context.HttpContext));
        };
    }

    private sealed class SecurityOptionsValidator : IValidateOptions<SecurityOptions>
    {
        public ValidateOptionsResult Validate(string? name, SecurityOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
