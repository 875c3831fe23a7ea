using System.Buffers;
using System.IO.Pipelines;
using Rig.Engine.Remote.Wire;

namespace Rig.Engine.Remote;

/// <summary>Frames out of a pipe.</summary>
internal static class FrameStream
{
    /// <exception cref="IOException">The connection ended first.</exception>
    public static async Task<(FrameKind Kind, ReadOnlyMemory<byte> Body)> ReadOneAsync(PipeReader input, int maxFrameBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (Frame.TryRead(ref buffer, maxFrameBytes, out var kind, out var body))
            {
                ReadOnlyMemory<byte> copy = body.ToArray();
                input.AdvanceTo(buffer.Start);
                return (kind, copy);
            }
            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted || result.IsCanceled)
                throw new IOException("The connection ended during the handshake.");
        }
    }

    /// <summary>Hands every frame to <paramref name="receive"/> until the connection ends; <paramref name="afterBatch"/> runs when what was there is used up.</summary>
    public static async Task ReadAllAsync(
        PipeReader input,
        int maxFrameBytes,
        Action<FrameKind, ReadOnlySequence<byte>> receive,
        Func<ValueTask>? afterBatch,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            try
            {
                while (Frame.TryRead(ref buffer, maxFrameBytes, out var kind, out var body))
                    receive(kind, body);
            }
            finally
            {
                input.AdvanceTo(buffer.Start, buffer.End);
            }
            if (afterBatch is not null)
                await afterBatch();
            if (result.IsCompleted || result.IsCanceled)
                return;
        }
    }
}
