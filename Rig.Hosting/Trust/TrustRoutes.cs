using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.OpenApi;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Hosting.Trust.Certificates;

namespace Rig.Hosting.Trust;

/// <summary>
/// What machines tell one another about certificates, and what a phone needs to trust the rig. Lists are signed, so it does not matter
/// which machine brings one; a new certificate is given to a valid old one alone.
/// </summary>
public static class TrustRoutes
{
    /// <summary>The rig's authority, for phones.</summary>
    public const string AuthorityPath = "/api/v1/trust/authority";

    internal const string Revoked = "/api/v1/trust/revoked";
    internal const string Renew = "/api/v1/trust/renew";

    private const int MaxRequestBytes = 16 * 1024;

    public static void MapTrust(this IEndpointRouteBuilder app)
    {
        var routes = app.MapGroup("/api/v1/trust").WithTags("Trust");
        routes.MapGetAndHead("/authority", Authority).AllowEverybody().WithSummary("The rig's authority, for a phone that is to trust it.").Produces<Stream>(contentType: "application/x-x509-ca-cert").ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGetAndHead("/revoked", RevokedList).Allow(Roles.Node, Roles.Server).WithSummary("The newest list of revoked certificates, signed by the authority.").Produces<Stream>(contentType: "application/json").ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapPost("/revoked", TakeListAsync).Allow(Roles.Node, Roles.Server).WithSummary("Brings a newer list.").Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status400BadRequest);
        routes.MapPost("/renew", RenewAsync).Allow(Roles.Node, Roles.Server).WithSummary("A new certificate for the machine that asks by its old one.").TakesRequest().Produces<Stream>(contentType: "application/x-pem-file").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>Describes the body alone: with Accepts, another content type would be refused before it is asked who calls.</summary>
    private static RouteHandlerBuilder TakesRequest(this RouteHandlerBuilder route) => route.AddOpenApiOperationTransformer(async (operation, context, cancellationToken) =>
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["application/pkcs10"] = new() { Schema = await context.GetOrCreateSchemaAsync(typeof(Stream), null, cancellationToken) },
            },
        });

    private static IResult Authority(RigTrust trust) => trust.Current is { } enrolled
        ? Results.Bytes(enrolled.Authority.RawData, "application/x-x509-ca-cert", "rig-authority.crt")
        : throw new ApiException(StatusCodes.Status404NotFound, "This machine is not enrolled in a rig, so it has no authority.");

    private static IResult RevokedList(RigTrust trust) => trust.Current?.Revoked is { } list
        ? Results.Bytes(list.ToUtf8Json(), "application/json")
        : throw new ApiException(StatusCodes.Status404NotFound, "No list of revoked certificates has come here yet.");

    private static async Task<IResult> TakeListAsync(HttpRequest request, RigTrust trust, CancellationToken cancellationToken)
    {
        trust.Take(await ReadAsync(request, RevocationList.MaxBytes, cancellationToken));
        return Results.NoContent();
    }

    private static async Task<IResult> RenewAsync(HttpContext context, RigTrust trust, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!trust.Folder.HasAuthority)
        {
            throw new ApiException(StatusCodes.Status404NotFound, "The rig's authority is not on this machine.");
        }

        // By certificate only: a plain machine that is believed elsewhere gets none.
        if (trust.Identify(context.Connection.ClientCertificate, out _) is not { } machine)
        {
            throw new ApiException(StatusCodes.Status403Forbidden, "A new certificate is given for a valid old one only.");
        }

        var request = System.Text.Encoding.ASCII.GetString(await ReadAsync(context.Request, MaxRequestBytes, cancellationToken));
        try
        {
            using var certificate = new Issuing(trust.Folder, time).Issue(machine, request, replaces: false);
            return Results.Text(certificate.ExportCertificatePem(), "application/x-pem-file");
        }
        catch (InvalidDataException refused)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, refused.Message);
        }
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request, int maxBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[maxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length <= maxBytes ? buffer[..length] : throw new ApiException(StatusCodes.Status413PayloadTooLarge, $"The body is longer than {maxBytes} bytes.");
    }
}
