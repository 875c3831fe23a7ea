using System.Text.Json;
using Rig.Ingest.Intake;
using Rig.Ingest.Storage;
using Rig.Ingest.Upload;

namespace Rig.Ingest.Api;

/// <summary>Final answers of uploads over several requests, as they are sent and as they are kept.</summary>
internal sealed class UploadAnswers(SessionLayout layout) : IUploadAnswers
{
    public UploadEnd Held(UploadRow upload, Receipt receipt)
    {
        var reply = UploadReply.Of(receipt);
        if (upload.ChunkBytes is not null)
        {
            reply = reply with { Status = "ok", Path = layout.RelativeVideoPath(receipt.Id) };
        }

        return new UploadEnd(StatusCodes.Status200OK, JsonSerializer.Serialize(reply, IngestJson.Default.UploadReply));
    }

    public UploadEnd Refused(IntakeException refusal) =>
        new(IntakeErrors.StatusOf(refusal.Fault), IntakeErrors.BodyOf(refusal).ToJsonString());
}
