using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Rig.CameraNode.Access;
using Rig.CameraNode.Settings;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Api;

/// <summary>How a phone is paired with this camera, once.</summary>
internal static class PairingApi
{
    public static void MapPairing(this IEndpointRouteBuilder api)
    {
        var pairing = api.MapGroup("/pairing").WithTags("Pairing");
        pairing.MapGetAndHead("", Look).AllowEverybody().WithSummary("Whether who asks is paired, and as what.");
        pairing.MapPost("", PairAsync).AllowEverybody().WithSummary("Shows the PIN; the answer sets the cookie by which the phone is known from then on.").TakesJson<PairingWanted>()
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status429TooManyRequests);
        pairing.MapDelete("", Leave).Allow(Roles.Operator).WithSummary("Forgets the phone that asks.").ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static PairingView Look(HttpContext context, PairingFile file, IOptions<NodeOptions> node, RigTrust trust)
    {
        var pairing = file.Current;
        var device = context.Features.Get<PairedDevice>();
        if (device is not null)
        {
            // Starts the cookie's lifetime again.
            PhoneCookie.Give(context, context.Request.Cookies[PhoneCookie.Name]!);
        }

        var pin = device is null ? pairing.PublicPin : null;
        return new PairingView(
            node.Value.CameraId, pairing.IsClaimed, device is null ? null : DevicesApi.Of(device, device.Id),
            pin is null ? null : DevicesApi.InviteBy(pin, context), trust.AllowsPlain);
    }

    private static async Task<PhonePaired> PairAsync(HttpContext context, PairingDesk desk, AuditLog audit, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(context.Request, cancellationToken);
        var from = context.Connection.RemoteIpAddress;
        switch (DevicesApi.Kept(() => desk.Pair(from, body.Text("pin"), body.Text("name"))))
        {
            case PairingAnswer.Paired(var device, var token):
                PhoneCookie.Give(context, token.Cookie);
                audit.Write(device.Title, device.Role, $"paired from {from}");
                return new PhonePaired(true, DevicesApi.Of(device, device.Id));
            case PairingAnswer.TooMany(var rest):
                var seconds = (int)Math.Ceiling(rest.TotalSeconds);
                throw new ApiException(
                    StatusCodes.Status429TooManyRequests, string.Create(CultureInfo.InvariantCulture, $"Too many wrong PINs. Try again in {seconds} s."), new JsonObject { ["retry_after_sec"] = seconds });
            case PairingAnswer.Full:
                throw new ApiException(StatusCodes.Status409Conflict, $"{Pairing.MaxDevices} phones are paired already. An owner has to remove one first.");
            default:
                throw new ApiException(StatusCodes.Status403Forbidden, "That is not this camera's PIN. An owner's phone shows it under Phones; on the box 'rig-node pair' prints it.");
        }
    }

    private static Acknowledgement Leave(HttpContext context, PairingFile file, AuditLog audit)
    {
        var device = context.Features.Get<PairedDevice>() ?? throw new ApiException(StatusCodes.Status409Conflict, "Who asks is no paired phone.");
        DevicesApi.Remove(device.Id, file);
        PhoneCookie.Take(context);
        audit.Write(context.User, "was unpaired by itself");
        return new Acknowledgement(true, "This phone is no longer paired.");
    }
}

/// <param name="Pin">Spaces do not count.</param>
/// <param name="Name">What to call the phone; at most 40 characters.</param>
internal sealed record PairingWanted(string Pin, string? Name);

/// <param name="Claimed">Some phone owns the camera. Until then the next that pairs does.</param>
/// <param name="Device">The phone that asks; null when it is not paired.</param>
/// <param name="Invitation">The PIN of a camera fresh from its first start, which it shows until it is claimed.</param>
/// <param name="PlainMachines">Other machines are believed without certificates: an insecure setting for older programs.</param>
internal sealed record PairingView(string CameraId, bool Claimed, DeviceView? Device, PairingInvitation? Invitation, bool PlainMachines);

internal sealed record PhonePaired(bool Success, DeviceView Device);
