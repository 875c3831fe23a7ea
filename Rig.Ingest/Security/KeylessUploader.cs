using Microsoft.Extensions.Options;
using Rig.Hosting.Access;
using Rig.Hosting.Trust;

namespace Rig.Ingest.Security;

/// <summary>
/// Who brings recordings without this server's key. Only where no key is configured: a certificate of the operator's own authority
/// (<see cref="SecurityOptions.ClientCaPath"/>) is enough, and with <see cref="TrustOptions.AllowPlainMachines"/> nothing is asked for.
/// </summary>
internal sealed class KeylessUploader(ApiKeys keys, IOptions<TrustOptions> trust) : ICallerReader
{
    public ValueTask<Caller?> ReadAsync(HttpContext context)
    {
        var isBelieved = keys.IsEmpty && context.GetEndpoint().Allows(Roles.Uploader) && (context.HasCameraCertificate() || trust.Value.AllowPlainMachines);
        return new(isBelieved ? new Caller("a program without a key", Roles.Uploader) : null);
    }
}
