using System.Text;
using Microsoft.AspNetCore.Connections.Features;

namespace Rig.Ingest.Api;

/// <summary>
/// Sends <c>104 (Upload Resumption Supported)</c>. Kestrel has no way to send an interim response other than 100, so this writes it to the
/// connection itself; over HTTP/1.1 nothing else is written there before the final response begins.
/// </summary>
internal static class InterimResponse
{
    /// <summary>The draft's version that this server speaks; a client of another one gets no 104, as the draft demands.</summary>
    public const int InteropVersion = 8;

    public static bool IsWanted(HttpContext context) =>
        HttpProtocol.IsHttp11(context.Request.Protocol) && UploadHeaders.Integer(context.Request, UploadHeaders.InteropVersion) == InteropVersion;

    /// <param name="fields">Whole header lines without their line ends.</param>
    public static async Task SendAsync(HttpContext context, params string[] fields)
    {
        if (!IsWanted(context) || context.Response.HasStarted || context.Features.Get<IConnectionTransportFeature>() is not { } connection)
        {
            return;
        }

        var text = new StringBuilder("HTTP/1.1 104 Upload Resumption Supported\r\n");
        foreach (var field in fields)
        {
            text.Append(field).Append("\r\n");
        }

        text.Append(UploadHeaders.InteropVersion).Append(": ").Append(InteropVersion).Append("\r\n\r\n");
        try
        {
            await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(text.ToString()), context.RequestAborted);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client is gone, which whoever reads its body notices too.
        }
    }
}
