namespace Rig.Ingest.Stitch.Align;

/// <param name="CorrectionSeconds">Added to the camera's times; 0 where it cannot be trusted.</param>
/// <param name="Confidence">0 to 1.</param>
internal readonly record struct SyncCorrection(double CorrectionSeconds, double Confidence);
