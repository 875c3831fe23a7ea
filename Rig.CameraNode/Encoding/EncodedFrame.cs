namespace Rig.CameraNode.Encoding;

/// <summary>One encoded picture.</summary>
/// <param name="Number">The picture's time slot, counted from the take's start; a missing number is a dropped frame.</param>
/// <param name="MonotonicNs">The slot's instant on CLOCK_MONOTONIC, which all processes of a machine share.</param>
/// <param name="WallNs">The same instant on the node's wall clock, in nanoseconds since 1970 UTC.</param>
/// <param name="Data">The access unit as an Annex B byte stream.</param>
internal readonly record struct EncodedFrame(long Number, long MonotonicNs, long WallNs, bool IsKey, ReadOnlyMemory<byte> Data);
