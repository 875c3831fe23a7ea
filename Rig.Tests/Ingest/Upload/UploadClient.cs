using System.Globalization;
using System.Net.Http.Headers;

namespace Rig.Tests.Ingest.Upload;

/// <summary>A client of resumable uploads, for tests that break its connections.</summary>
internal static class UploadClient
{
    public static string Path(byte[] file, string session, string camera = "CAM_C") => $"/api/v1/upload?session_id={session}&camera_id={camera}&checksum={SampleTake.Sha256(file)}";

    /// <returns>Where the upload is.</returns>
    public static async Task<string> CreateAsync(HttpClient http, byte[] file, string session)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path(file, session)) { Content = new ByteArrayContent([]) };
        request.Headers.Add("Upload-Complete", "?0");
        request.Headers.Add("Upload-Length", file.Length.ToString(CultureInfo.InvariantCulture));
        using var response = await http.SendAsync(request);
        Assert.Equal(201, (int)response.StatusCode);
        return response.Headers.Location!.ToString();
    }

    public static async Task<(long Offset, bool Complete)> OffsetAsync(HttpClient http, string location)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, location);
        using var response = await http.SendAsync(request);
        Assert.Equal(204, (int)response.StatusCode);
        return (long.Parse(response.Headers.GetValues("Upload-Offset").Single(), CultureInfo.InvariantCulture), response.Headers.GetValues("Upload-Complete").Single() == "?1");
    }

    public static async Task<Reply> FinishAsync(HttpClient http, string location, byte[] file, long offset)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, location) { Content = new ReadOnlyMemoryContent(file.AsMemory((int)offset)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/partial-upload");
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Complete", "?1");
        using var response = await http.SendAsync(request);
        return await Reply.ReadAsync(response);
    }

    public static string PatchHead(string location, long offset, long length) => string.Create(
        CultureInfo.InvariantCulture,
        $"PATCH {location} HTTP/1.1\r\nHost: rig\r\nContent-Type: application/partial-upload\r\nUpload-Offset: {offset}\r\nUpload-Complete: ?1\r\nContent-Length: {length}\r\n\r\n");
}
