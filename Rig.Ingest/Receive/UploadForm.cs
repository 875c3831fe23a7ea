using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Rig.Actors.Recording;
using Rig.Actors.Sessions;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Receive;

/// <summary>
/// The parts of one upload, in whatever order they come. Small parts are bounded; the file is streamed to its temporary
/// place. Ids are checked the moment they are read, so that a wrong one ends the upload before it costs space.
/// </summary>
internal sealed class UploadForm(CameraSet cameras) : IDisposable
{
    private const int MaxParts = 32;
    private const int MaxFieldBytes = 4096;

    public SessionId? SessionId { get; private set; }

    public CameraId? CameraId { get; private set; }

    public int? Take { get; private set; }

    /// <summary>Lower-case hex as the sender says it.</summary>
    public string? Checksum { get; private set; }

    public byte[]? Manifest { get; private set; }

    public IncomingFile? File { get; private set; }

    /// <param name="receiveFile">Given the file's stream, returns it written down.</param>
    /// <exception cref="ApiException">A part is missing, repeated, too long or wrong; the message names it.</exception>
    /// <exception cref="IOException">The body ended early.</exception>
    public async Task ReadAsync(MultipartReader reader, Func<Stream, Task<IncomingFile>> receiveFile, CancellationToken cancellationToken)
    {
        for (var parts = 0; await reader.ReadNextSectionAsync(cancellationToken) is { } section; parts++)
        {
            if (parts == MaxParts)
            {
                throw new ApiException(400, $"The upload has more than {MaxParts} parts.");
            }

            if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition))
            {
                throw new ApiException(400, "A part of the upload has no Content-Disposition with a name.");
            }

            switch (HeaderUtilities.RemoveQuotes(disposition.Name).ToString())
            {
                case "file":
                    File = File is null ? await receiveFile(section.Body) : throw Twice("file");
                    break;
                case "session_id":
                    SessionId = SessionId is null ? ParseSession(await TextAsync(section, "session_id", cancellationToken)) : throw Twice("session_id");
                    break;
                case "camera_id":
                    CameraId = CameraId is null ? ParseCamera(await TextAsync(section, "camera_id", cancellationToken), cameras) : throw Twice("camera_id");
                    break;
                case "take":
                    Take = Take is null ? ParseTake(await TextAsync(section, "take", cancellationToken)) : throw Twice("take");
                    break;
                case "checksum":
                    Checksum = Checksum is null ? ParseChecksum(await TextAsync(section, "checksum", cancellationToken)) : throw Twice("checksum");
                    break;
                case "manifest":
                    Manifest = Manifest is null ? await BytesAsync(section, "manifest", ManifestReader.MaxBytes, cancellationToken) : throw Twice("manifest");
                    break;
                default:
                    await BytesAsync(section, "an unknown part", MaxFieldBytes, cancellationToken);
                    break;
            }
        }
    }

    public static SessionId ParseSession(string? text) => Rig.Actors.Sessions.SessionId.TryParse(text, out var id)
        ? id
        : throw new ApiException(400, "session_id must be 1 to 64 letters, digits, '_' or '-', starting with a letter or digit, such as GAME_20261121_140000.");

    public static CameraId ParseCamera(string? text, CameraSet cameras) => Rig.Actors.Sessions.CameraId.TryParse(text, out var id) && cameras.Contains(id)
        ? id
        : throw new ApiException(400, $"camera_id must be one of this rig's cameras: {cameras}. Add it to {CameraSet.Key} if it is a new one.");

    private static int ParseTake(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var take) && take is >= 1 and <= RecordingId.MaxTake
        ? take
        : throw new ApiException(400, $"take must be a number from 1 to {RecordingId.MaxTake}.");

    private static string ParseChecksum(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit)
        ? text.ToLowerInvariant()
        : throw new ApiException(400, "checksum must be the file's SHA-256 as 64 hexadecimal digits.");

    private static async Task<string> TextAsync(MultipartSection section, string name, CancellationToken cancellationToken)
    {
        var bytes = await BytesAsync(section, name, MaxFieldBytes, cancellationToken);
        return Encoding.UTF8.GetString(bytes).Trim();
    }

    private static async Task<byte[]> BytesAsync(MultipartSection section, string name, int maxBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[maxBytes + 1];
        var read = await section.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return read <= maxBytes ? buffer[..read] : throw new ApiException(400, $"The upload's part '{name}' is longer than {maxBytes} bytes.");
    }

    private static ApiException Twice(string name) => new(400, $"The upload has more than one part '{name}'.");

    public void Dispose() => File?.Dispose();
}
