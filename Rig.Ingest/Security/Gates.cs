using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Rig.Hosting.Access;
using Rig.Hosting.Configuration;
using Rig.Hosting.Http;
using Rig.Hosting.PeoplePort;
using Rig.Hosting.Trust;

namespace Rig.Ingest.Security;

/// <summary>What a request passes before anything looks at it: its address, the name that it asks for, where it comes from, and its rate.</summary>
internal static class Gates
{
    public const string SignInLimit = "sign-in";

    private const string Unknown =
        "Sign in first. A program that brings recordings shows its certificate, or sends this server's key as header X-Api-Key or as Authorization: Bearer; its operator has it.";

    private const string Forbidden = "This account or key may not do that.";

    private const string PlainRemedy = "Use https:// with the same address and port, or set Rig:Security:PlainHttp=true on this server, which is then shown as insecure.";

    /// <summary>After the accounts, whose reader comes first.</summary>
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.AddRigOptions<SecurityOptions>(SecurityOptions.Section);
        services.AddSingleton<IValidateOptions<SecurityOptions>, SecurityOptionsValidator>();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<SecurityOptions>>(LimitRates);
        services.AddRigAccess(Unknown, Forbidden);
        services.AddSingleton(provider => new ApiKeys(provider.GetRequiredService<IOptions<SecurityOptions>>().Value.ApiKeySha256));
        services.AddSingleton<ICallerReader, ApiKeyReader>();
        services.AddSingleton<ICallerReader, KeylessUploader>();
        return services.AddSingleton<Insecurity>();
    }

    public static void UseSecurity(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<SecurityOptions>>();
        // Read at the first request, so that a mistake in them is reported by the start's own check.
        var networks = new Lazy<IPNetwork[]>(() => [.. options.Value.AllowedNetworks.Select(network => IPNetwork.Parse(network))]);
        app.Use((context, next) =>
        {
            if (networks.Value.Length > 0 && !Contains(networks.Value, context.Connection.RemoteIpAddress))
            {
                throw new ApiException(403, "This address may not use this server. Add its network to Rig:Security:AllowedNetworks if it should.");
            }

            return next(context);
        });
        // As they are written: a mistake in them is reported by the start's own check, and must not be thrown here.
        var written = app.Configuration.GetSection(SecurityOptions.Section).Get<SecurityOptions>() ?? new SecurityOptions();
        app.UseHostGate(written.HostNames);
        app.UsePlainHttpGate(written.ServesPlain(app.Configuration.GetSection(TrustOptions.Section).Get<TrustOptions>() ?? new TrustOptions()), PlainRemedy, PlainHttpGate.SamePort, isServedHere: written.CertificatePath.Length == 0);
        app.UseOriginGate();
        app.UseRouting();
        app.UseRateLimiter();
    }

    private static bool Contains(IPNetwork[] networks, IPAddress? address)
    {
        var plain = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return plain is not null && networks.Any(network => network.Contains(plain));
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
        limiter.AddPolicy(SignInLimit, context => RateLimitPartition.GetFixedWindowLimiter(
            ClientPartition.Of(context.Connection.RemoteIpAddress),
            _ => new FixedWindowRateLimiterOptions { PermitLimit = security.Value.SignInsPerMinute, Window = TimeSpan.FromMinutes(1) }));
        limiter.OnRejected = (context, _) => new ValueTask(RejectAsync(context.HttpContext));
    }

    private static Task RejectAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<EnableRateLimitingAttribute>() is not null)
        {
            context.Response.Headers.RetryAfter = "60";
            return ApiError.Of(StatusCodes.Status429TooManyRequests, "Too many tries from this network. Wait a minute, then try again.").ExecuteAsync(context);
        }

        // Not 429: seed 001's client gives up on every 4xx, and tries again on a 5xx.
        context.Response.Headers.RetryAfter = "1";
        return ApiError.Of(StatusCodes.Status503ServiceUnavailable, "Too many requests at once from this address. Wait a second and try again.").ExecuteAsync(context);
    }

    private sealed class SecurityOptionsValidator : IValidateOptions<SecurityOptions>
    {
        public ValidateOptionsResult Validate(string? name, SecurityOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
