using System.Text.Json.Serialization;

namespace Rig.Rehearsal.Dashcam;

/// <summary>What <c>--json</c> writes. Every number was counted in this run.</summary>
/// <param name="PowerToggles">Changes of the camera's power, both ways, as the fake uhubctl saw them.</param>
/// <param name="UnmountedBeforeEveryCut">By the kernel's mount table at each cut.</param>
/// <param name="ShutdownClean">The shutdown was ordered with nothing mounted, and the service then ended by itself with exit code 0.</param>
internal sealed record DashcamDaySummary(
    bool Ok, DashcamDayFiles Files, int PowerToggles, bool UnmountedBeforeEveryCut, bool ShutdownClean, double Seconds, IReadOnlyList<string> Problems);

/// <param name="Recorded">By the camera.</param>
/// <param name="Copied">Contents that the service has in its ledger.</param>
/// <param name="Uploaded">Files that lie at the host.</param>
/// <param name="Verified">Those at the host whose SHA-256 is that of a recorded film.</param>
/// <param name="Lost">Recorded, and neither at the host nor staged nor on the camera's card.</param>
internal sealed record DashcamDayFiles(int Recorded, int Copied, int Uploaded, int Verified, int Lost);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DashcamDaySummary))]
internal sealed partial class DashcamDayJson : JsonSerializerContext;
