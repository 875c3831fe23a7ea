using Rig.Ingest.Intake;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Upload;

/// <summary>The words of an upload's final answer. They are kept with the upload, for a sender that missed them.</summary>
internal interface IUploadAnswers
{
    UploadEnd Held(UploadRow upload, Receipt receipt);

    UploadEnd Refused(IntakeException refusal);
}
