using System.Globalization;
using System.Text;
using Rig.Domain.Identity;
using Rig.Hosting.Http;
using Rig.Ingest.Intake;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

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

    /// <param name="receiveFile">Reads the file's part to its end and returns it written down.</param>
    /// <exception cref="ApiException">A part is missing, repeated, too long or wrong; the message names it.</exception>
    /// <exception cref="IOException">The body ended early.</exception>
    public async Task ReadAsync(MultipartBody body, Func<Task<IncomingFile>> receiveFile, CancellationToken cancellationToken)
    {
        for (var parts = 0; await body.NextAsync(cancellationToken) is { } name; parts++)
        {
            if (parts == MaxParts)
            {
                throw new ApiException(400, $"The upload has more than {MaxParts} parts.");
            }

            switch (name)
            {
                case "file":
                    File = File is null ? await receiveFile() : throw Twice(name);
                    break;
                case "session_id":
                    SessionId = SessionId is null ? ParseSession(await TextAsync(body, name, cancellationToken)) : throw Twice(name);
                    break;
                case "camera_id":
                    CameraId = CameraId is null ? ParseCamera(await TextAsync(body, name, cancellationToken), cameras) : throw Twice(name);
                    break;
                case "take":
                    Take = Take is null ? ParseTake(await TextAsync(body, name, cancellationToken)) : throw Twice(name);
                    break;
                case "checksum":
                    Checksum = Checksum is null ? ParseChecksum(await TextAsync(body, name, cancellationToken)) : throw Twice(name);
                    break;
                case "manifest":
                    Manifest = Manifest is null ? await body.BytesAsync(name, ManifestReader.MaxBytes, cancellationToken) : throw Twice(name);
                    break;
                default:
                    await body.BytesAsync("an unknown part", MaxFieldBytes, cancellationToken);
                    break;
            }
        }
    }

    public static SessionId ParseSession(string? text) => Domain.Identity.SessionId.TryParse(text, out var id)
        ? id
        : throw new ApiException(400, "session_id must be 1 to 64 letters, digits, '_' or '-', starting with a letter or digit, such as GAME_20261121_140000.");

    public static CameraId ParseCamera(string? text, CameraSet cameras) => Domain.Identity.CameraId.TryParse(text, out var id) && cameras.Contains(id)
        ? id
        : throw new ApiException(400, $"camera_id must be one of this rig's cameras: {cameras}. Add it to {CameraSet.Key} if it is a new one.");

    public static int ParseTake(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var take) && take is >= 1 and <= TakeId.MaxTake
        ? take
        : throw new ApiException(400, $"take must be a number from 1 to {TakeId.MaxTake}.");

    public static string ParseChecksum(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit)
        ? text.ToLowerInvariant()
        : throw new ApiException(400, "checksum must be the file's SHA-256 as 64 hexadecimal digits.");

    /// <exception cref="ApiException">400: a part is missing; the message names it.</exception>
    public TakeClaim Claim() => new(SessionId ?? throw Missing("session_id"), CameraId ?? throw Missing("camera_id"), Take, Checksum ?? throw Missing("checksum"), Manifest);

    /// <exception cref="ApiException">400: there is none.</exception>
    public IncomingFile RequireFile() => File ?? throw Missing("file");

    private static async Task<string> TextAsync(MultipartBody body, string name, CancellationToken cancellationToken) =>
        Encoding.UTF8.GetString(await body.BytesAsync(name, MaxFieldBytes, cancellationToken)).Trim();

    private static ApiException Missing(string part) => new(400, $"The upload has no part '{part}'.");

    private static ApiException Twice(string name) => new(400, $"The upload has more than one part '{name}'.");

    public void Dispose() => File?.Dispose();
}
