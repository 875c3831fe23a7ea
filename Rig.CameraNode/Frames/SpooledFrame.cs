namespace Rig.CameraNode.Frames;

/// <summary>A picture as the camera gave it.</summary>
/// <param name="IsBurst">Of a burst: dropped last where the disk is full.</param>
/// <param name="MonotonicMs">When, by the clock that nobody sets.</param>
internal sealed record TakenPicture(byte[] Jpeg, int Width, int Height, int Quality, DateTimeOffset At, long MonotonicMs, bool IsBurst);

/// <summary>A picture in the spool.</summary>
internal sealed record SpoolEntry(long Seq, bool IsBurst, long SizeBytes);

/// <summary>What lies beside a picture in the spool.</summary>
/// <param name="BootId">Of the machine's run in which <paramref name="MonotonicMs"/> counts.</param>
internal sealed record SpoolHeader(long Seq, DateTimeOffset At, long MonotonicMs, string BootId, bool IsBurst, int Width, int Height, int Quality);

/// <summary>A picture out of the spool, ready to be sent.</summary>
internal sealed record SpooledFrame(SpoolHeader Header, byte[] Jpeg);
