using System.Net;
using Microsoft.Extensions.Options;
using Rig.CameraNode.Access;
using Rig.CameraNode.Settings;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Api;

/// <summary>The paired phones, the PIN and the audit log, for owners.</summary>
internal static class DevicesApi
{
    private const int MaxEntries = 500;

    public static void MapDevices(this IEndpointRouteBuilder api)
    {
        var access = api.MapGroup("/access").WithTags("Pairing").Allow(Roles.Owner);
        access.MapGetAndHead("/devices", (HttpContext context, PairingFile file) => List(context, file)).WithSummary("The paired phones.");
        access.MapPost("/devices/{id}", ChangeAsync).WithSummary("Gives a phone another role or name.").TakesJson<DeviceChange>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        access.MapDelete("/devices/{id}", Revoke).WithSummary("Unpairs a phone, at once.").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        access.MapGetAndHead("/pin", (HttpContext context, PairingFile file) => InviteBy(file.Current.Pin, context)).WithSummary("The PIN by which the next phone is paired.");
        access.MapPost("/pin", NewPinAsync).Audits("changed the PIN").WithSummary("Makes another PIN; phones that are paired stay so.");
        access.MapGetAndHead("/audit", ReadAudit).WithSummary("Who changed what, newest first, ?count= of them.").ProducesProblem(StatusCodes.Status400BadRequest);
    }

    internal static DeviceView Of(PairedDevice device, string? asking) => new(device.Id, device.Name, device.Role, device.PairedAt, device.LastSeen, device.Id == asking);

    /// <summary>The PIN with the page's address as the asking browser has it, for another phone to scan.</summary>
    internal static PairingInvitation InviteBy(string pin, HttpContext context)
    {
        var node = context.RequestServices.GetRequiredService<IOptions<NodeOptions>>().Value;
        var trust = context.RequestServices.GetRequiredService<IOptions<TrustOptions>>().Value;
        var host = context.Request.Host;
        var here = host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Host, out var address) && IPAddress.IsLoopback(address));
        var page = here ? PageAddress.OfPhones(node, trust, host.Port ?? node.Port) : $"{context.Request.Scheme}://{host}";
        return new PairingInvitation(PairingPin.Spaced(pin), page, QrPicture.Rows(PageAddress.WithPin(page, pin)));
    }

    /// <exception cref="ApiException">404, or 409 for the last owner.</exception>
    internal static void Remove(string id, PairingFile file) => Kept(() => file.Change(pairing =>
    {
        _ = pairing.Find(id) ?? throw NotHere();
        return pairing.IsLastOwner(id) ? throw LastOwner() : pairing.Remove(id);
    }));

    internal static T Kept<T>(Func<T> change)
    {
        try
        {
            return change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ApiException(StatusCodes.Status500InternalServerError, "The paired phones could not be kept: their file cannot be written or read. Nothing was changed.");
        }
    }

    private static DeviceList List(HttpContext context, PairingFile file)
    {
        var asking = context.Features.Get<PairedDevice>()?.Id;
        return new DeviceList([.. file.Current.Devices.OrderByDescending(device => device.LastSeen).Select(device => Of(device, asking))]);
    }

    private static async Task<DeviceView> ChangeAsync(string id, HttpContext context, PairingFile file, AuditLog audit, CancellationToken cancellationToken)
    {
        var body = await RequestBody.ReadObjectAsync(context.Request, cancellationToken);
        var (role, name) = (body.Text("role"), body.Text("name"));
        if (role is not null && !PairedDevice.IsRole(role))
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "'role' must be operator or owner.");
        }

        PairedDevice? before = null;
        var after = Kept(() => file.Change(pairing =>
        {
            before = pairing.Find(id) ?? throw NotHere();
            return role == Roles.Operator && pairing.IsLastOwner(id) ? throw LastOwner()
                : pairing.Change(before with { Role = role ?? before.Role, Name = name is null ? before.Name : PairedDevice.NameOf(name) });
        })).Find(id)!;
        if (before!.Role != after.Role)
        {
            audit.Write(context.User, $"changed the role of {after.Title}", before.Role, after.Role);
        }

        if (before.Name != after.Name)
        {
            audit.Write(context.User, "renamed a phone", before.Title, after.Title);
        }

        return Of(after, context.Features.Get<PairedDevice>()?.Id);
    }

    private static Acknowledgement Revoke(string id, HttpContext context, PairingFile file, AuditLog audit)
    {
        var title = file.Current.Find(id)?.Title;
        Remove(id, file);
        audit.Write(context.User, $"unpaired {title}");
        return new Acknowledgement(true, $"{title} is no longer paired.");
    }

    private static async Task<PairingInvitation> NewPinAsync(HttpContext context, PairingFile file, CancellationToken cancellationToken)
    {
        await RequestBody.ReadObjectAsync(context.Request, cancellationToken);
        return InviteBy(Kept(() => file.Change(pairing => pairing.WithPin(PairingPin.New()))).Pin, context);
    }

    private static AuditTrail ReadAudit(HttpRequest request, AuditLog audit)
    {
        var text = request.Query["count"].ToString();
        var count = 100;
        return text.Length > 0 && (!int.TryParse(text, out count) || count is < 1 or > MaxEntries)
            ? throw new ApiException(StatusCodes.Status400BadRequest, $"'count' must be a whole number from 1 to {MaxEntries}.")
            : new AuditTrail(audit.Read(count));
    }

    private static ApiException NotHere() => new(StatusCodes.Status404NotFound, "There is no such phone here.");

    private static ApiException LastOwner() => new(StatusCodes.Status409Conflict, "This is the only owner's phone. Make another phone the owner first.");
}

/// <param name="Role">operator or owner.</param>
/// <param name="LastSeen">To the hour.</param>
/// <param name="IsYou">It is the phone that asks.</param>
internal sealed record DeviceView(string Id, string Name, string Role, DateTimeOffset PairedAt, DateTimeOffset LastSeen, bool IsYou);

internal sealed record DeviceList(IReadOnlyList<DeviceView> Devices);

/// <param name="Role">operator or owner; absent for the present one.</param>
/// <param name="Name">Absent for the present one.</param>
internal sealed record DeviceChange(string? Role, string? Name);

/// <param name="Pin">In two groups of four digits.</param>
/// <param name="Page">The address of this camera's page.</param>
/// <param name="Qr">A QR code of the page's address with the PIN: a text of 0 and 1 for each row, 1 is dark, the light margin included.</param>
internal sealed record PairingInvitation(string Pin, string Page, IReadOnlyList<string> Qr);

/// <param name="Entries">Newest first.</param>
internal sealed record AuditTrail(IReadOnlyList<AuditEntry> Entries);
