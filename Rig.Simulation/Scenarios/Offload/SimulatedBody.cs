using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>A range on its way: comes in pieces, waits while the link is cut, ends with its sender's process, and may be changed.</summary>
internal sealed class SimulatedBody(byte[] bytes, SimulatedMachine from, SimulatedProcess serving, SimulatedProcess caller) : Stream
{
    private const int MostInOnePiece = 64;
    private const double FlippedBitChance = 0.003;

    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(200);

    private int at;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (at == bytes.Length || buffer.Length == 0)
        {
            return 0;
        }

        var world = from.World;
        var link = world.Network.Between(from, caller.Machine);
        await Task.Delay(TimeSpan.FromTicks(link.DelayTicks(0)), caller.Time, cancellationToken);
        while (link.IsCut || !from.IsPowered || serving.IsPaused)
        {
            await Task.Delay(Again, caller.Time, cancellationToken);
        }

        if (!serving.IsAlive)
        {
            throw new IOException($"{from.Name} has reset the connection.");
        }

        var length = Math.Min(Math.Min(buffer.Length, bytes.Length - at), world.Pick(MostInOnePiece) + 1);
        bytes.AsSpan(at, length).CopyTo(buffer.Span);
        at += length;
        if (world.Happens(FlippedBitChance))
        {
            buffer.Span[world.Pick(length)] ^= 1;
        }

        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
