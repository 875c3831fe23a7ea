using Microsoft.Extensions.Options;
using Npgsql;
using Rig.Domain.Frames;
using Rig.Hosting.Access;

namespace Rig.Ingest.Frames;

/// <summary>A still-frame device by its key (<c>X-DEVICE-KEY</c>) or by a signature; looked for only where devices come.</summary>
internal sealed class DeviceReader(DeviceTable devices, UsedSignatures used, IOptions<FrameOptions> options, TimeProvider clock) : ICallerReader
{
    private const int MaxKeyLength = 256;
    private const int MaxNonceLength = 128;

    public async ValueTask<Caller?> ReadAsync(HttpContext context)
    {
        if (!context.GetEndpoint().Allows(Roles.Device))
        {
            return null;
        }

        try
        {
            if (await FindAsync(context) is { } device)
            {
                context.Features.Set(device);
                return new Caller("device " + device.Id, Roles.Device);
            }
        }
        catch (NpgsqlException)
        {
            context.Features.Set(new FrameTrouble(503, "database unavailable"));
        }

        return null;
    }

    private async ValueTask<FrameDevice?> FindAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.TryGetValue(FrameSignature.SignatureHeader, out var signature))
        {
            return await SignedAsync(context, signature.ToString());
        }

        return headers[FrameContract.KeyHeader] is [{ Length: > 0 and <= MaxKeyLength } key]
            && await devices.FindByKeyAsync(key, context.RequestAborted) is { RequiresSignature: false } device ? device : null;
    }

    private async ValueTask<FrameDevice?> SignedAsync(HttpContext context, string signature)
    {
        var (request, now) = (context.Request, clock.GetUtcNow());
        var nonce = request.Headers[FrameSignature.NonceHeader].ToString();
        var bodySha256 = request.Headers[FrameSignature.BodyHeader].ToString();
        if (!DeviceId.TryParse(request.Headers[FrameSignature.DeviceHeader].ToString(), out var id)
            || !long.TryParse(request.Headers[FrameSignature.TimeHeader].ToString(), out var unixMs)
            || nonce.Length is < 8 or > MaxNonceLength || bodySha256.Length != 64 || signature.Length != 64
            || await devices.FindAsync(id, context.RequestAborted) is not { } device)
        {
            return null;
        }

        var signed = new FrameSignature(request.Method, request.Path + request.QueryString, id.Value, unixMs, nonce, bodySha256);
        if (!device.KeysAt(now).Any(key => System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.ASCII.GetBytes(signed.Sign(key.SigningSecret)), System.Text.Encoding.UTF8.GetBytes(signature))))
        {
            return null;
        }

        var window = options.Value.SignatureWindow;
        if (Math.Abs(now.ToUnixTimeMilliseconds() - unixMs) > window.TotalMilliseconds)
        {
            context.Features.Set(new FrameTrouble(401, "signature outside of the replay window"));
            return null;
        }

        if (!await used.TryUseAsync(signature, now + (2 * window), context.RequestAborted))
        {
            context.Features.Set(new FrameTrouble(401, "replayed request"));
            return null;
        }

        context.Features.Set(new SignedBody(bodySha256));
        return device;
    }
}

/// <summary>Why a request shows no device, beyond that its key is wrong.</summary>
internal sealed record FrameTrouble(int Status, string Error);

/// <summary>The request is signed, and its body must have this SHA-256.</summary>
internal sealed record SignedBody(string Sha256);
