namespace Rig.Ingest.Events;

/// <summary>The ball as it was seen (never predicted) in one frame.</summary>
/// <param name="TSeconds">On the panorama's time line.</param>
/// <param name="U">Panorama pixels.</param>
/// <param name="X">Metres, as if it lay on the ground; a ball in the air lands farther from the camera than it is.</param>
internal readonly record struct BallSample(double TSeconds, double U, double V, double X, double Y);
