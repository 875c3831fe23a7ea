using Rig.Hosting.Files;
using Rig.Ingest.Intake;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Upload;

/// <summary>
/// Uploads that go over several requests and outlive a restart: who sends what is a row of the database, the bytes are a file in the
/// temporary folder. The file's name is durable before the row is, so a row never stands for a file that a power cut took.
/// </summary>
internal sealed class UnfinishedUploads(SessionLayout layout, UploadStore rows, TakeStore takes, UploadCore core, IUploadAnswers answers)
{
    public string PathOf(UploadRow upload) => layout.UnfinishedPath(upload.Id);

    /// <param name="upload">Its file is there.</param>
    /// <param name="fingerprint">What makes a later upload the same one; null when nothing does.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>False when an upload with this fingerprint is there already.</returns>
    public async Task<bool> AddAsync(UploadRow upload, string? fingerprint, CancellationToken cancellationToken)
    {
        DurableFile.SyncDirectory(layout.TempPath);
        return await rows.AddAsync(upload, fingerprint, cancellationToken);
    }

    /// <summary>For an upload without a file: the server may have died between accepting it and noting so.</summary>
    /// <returns>The answer that was not noted; null when the bytes are lost, and the upload with them.</returns>
    public async Task<(Receipt Receipt, UploadEnd End)?> FindTakenOverAsync(UploadRow upload, string sha256, CancellationToken cancellationToken) =>
        await takes.FindWholeAsync(upload.SessionId, upload.CameraId, sha256, cancellationToken) is { } held ? (held, answers.Held(upload, held)) : null;

    /// <summary>Accepts the upload's whole file and notes the answer. Nothing interrupts it: it is short, and half of it would only have to be done again.</summary>
    /// <exception cref="IntakeException">The file is not accepted; it stays, and so does the row.</exception>
    public async Task<UploadEnd> AcceptAsync(UploadRow upload, IncomingFile file, string sha256)
    {
        file.Finish();
        var receipt = await core.AcceptAsync(file, new TakeClaim(upload.SessionId, upload.CameraId, upload.Take, sha256, upload.Manifest), CancellationToken.None);
        return await EndAsync(upload, file.Length, answers.Held(upload, receipt));
    }

    /// <summary>The take is refused for good: more of it, or the same again, would not help.</summary>
    public Task<UploadEnd> RefuseAsync(UploadRow upload, long sizeBytes, IntakeException cause) => EndAsync(upload, sizeBytes, answers.Refused(cause));

    public async Task<UploadEnd> EndAsync(UploadRow upload, long sizeBytes, UploadEnd end)
    {
        await rows.EndAsync(upload.Id, sizeBytes, end, CancellationToken.None);
        return end;
    }
}
