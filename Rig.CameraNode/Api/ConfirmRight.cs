using System.Text.Json;
using Rig.Domain.Identity;
using Rig.Hosting.Access;
using Rig.Hosting.Http;
using Rig.Hosting.Trust;

namespace Rig.CameraNode.Api;

/// <summary>
/// Who may say that a take is safe elsewhere, which lets it be deleted here: an enrolled home server by a receipt that it signed, or
/// an owner who types that there is a copy. A server without a certificate only where the configuration believes plain machines.
/// </summary>
internal static class ConfirmRight
{
    /// <summary>What an owner types, before the recording's id.</summary>
    private const string Phrase = "I hold a copy of ";

    /// <returns>The receipt that counts; null where none is needed.</returns>
    /// <exception cref="ApiException">403: it does not count. 404: no such take is here.</exception>
    public static async Task<SignedReceipt?> CheckAsync(HttpRequest request, JsonElement body, TakeId id, RecordingsApi.Shelf shelf, RigTrust trust, CancellationToken cancellationToken)
    {
        var user = request.HttpContext.User;
        if (user.IsInRole(Roles.Owner) && body.Text("phrase") == Phrase + id)
        {
            return null;
        }

        if (SignedReceipt.In(body) is not { } receipt)
        {
            return trust.AllowsPlain && user.IsInRole(Roles.Server) && request.HttpContext.Connection.ClientCertificate is null ? null
                : throw Refused($"A take counts as offloaded only by a home server's signed receipt, or when an owner sends 'phrase': '{Phrase}{id}'.");
        }

        var refusal = await shelf.WithAsync(id.ToString(), take => receipt.Refusal(trust, take.Id.ToString(), take.Sha256, take.SizeBytes), cancellationToken);
        return refusal is null ? receipt : throw Refused(refusal);
    }

    private static ApiException Refused(string why) => new(StatusCodes.Status403Forbidden, why);
}
