using System.Security.Cryptography;
using Rig.Ingest.Pull;
using Rig.Ingest.Storage;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest.Pull;

public sealed class PartStoreTests : IDisposable
{
    private const int Block = DirectIo.Alignment;

    private readonly TempFolder folder = new();
    private readonly byte[] bytes = RandomNumberGenerator.GetBytes((40 * Block) + 123);

    private string PartPath => Path.Combine(folder.Path, "take.part");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(8 * Block)]
    [InlineData(Block)]
    [InlineData(1000)]
    [InlineData((3 * Block) + 1)]
    public async Task Pieces_of_any_size_make_the_same_file_whichever_way_they_are_written(int pieceBytes)
    {
        var buffer = DirectIo.Allocate(pieceBytes);
        using (var part = new PartStore().Open(PartPath))
        {
            for (var offset = 0; offset < bytes.Length; offset += pieceBytes)
            {
                var piece = buffer[..Math.Min(pieceBytes, bytes.Length - offset)];
                bytes.AsMemory(offset, piece.Length).CopyTo(piece);
                await part.WriteAsync(piece, offset, CancellationToken.None);
            }

            part.Sync();
        }

        Assert.Equal(bytes, await File.ReadAllBytesAsync(PartPath));
    }

    [Fact]
    public async Task A_part_that_ends_within_a_block_is_read_and_gone_on_with_until_whole_blocks_follow_again()
    {
        await File.WriteAllBytesAsync(PartPath, bytes[..777]);
        var aligned = DirectIo.Allocate(bytes.Length);
        bytes.CopyTo(aligned);
        using (var part = new PartStore().Open(PartPath))
        {
            var read = new byte[777];
            Assert.Equal(777, await part.ReadAsync(read, 0, CancellationToken.None));
            Assert.Equal(bytes[..777], read);
            await part.WriteAsync(aligned[777..(2 * Block)], 777, CancellationToken.None);
            await part.WriteAsync(aligned[(2 * Block)..(40 * Block)], 2 * Block, CancellationToken.None);
            await part.WriteAsync(aligned[(40 * Block)..], 40 * Block, CancellationToken.None);
            Assert.Equal(bytes.Length, part.Length);
        }

        Assert.Equal(bytes, await File.ReadAllBytesAsync(PartPath));
    }

    [Theory]
    [InlineData(0, 10, "0+4,4+4,8+2")]
    [InlineData(3, 10, "3+1,4+4,8+2")]
    [InlineData(9, 10, "9+1")]
    [InlineData(10, 10, "")]
    public void After_a_cut_one_short_range_leads_back_to_whole_ones(long offset, long sizeBytes, string expected) =>
        Assert.Equal(expected, string.Join(',', RangeReader.Ranges(offset, sizeBytes, 4).Select(r => $"{r.Offset}+{r.Length}")));
}
