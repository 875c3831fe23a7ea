extern alias node;
using node::Rig.CameraNode.Updates;

namespace Rig.Tests.Updates;

/// <summary>A caller of the helper who says all at once and then hangs up.</summary>
internal sealed class ScriptedCaller : Stream
{
    private readonly MemoryStream said;
    private readonly MemoryStream heard = new();

    private ScriptedCaller(MemoryStream said)
    {
        said.Position = 0;
        this.said = said;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <param name="then">Null: the caller hangs up before the switch.</param>
    public static async Task<ScriptedCaller> InstallAsync(SignedRelease release, byte[] archive, HelperOrder? then)
    {
        var said = new MemoryStream();
        await HelperWire.WriteAsync(said, new HelperOrder(HelperWire.Install, release.Manifest, release.Signature), CancellationToken.None);
        said.Write(archive);
        return await ThenAsync(said, then);
    }

    public static async Task<ScriptedCaller> RollbackAsync(HelperOrder? then)
    {
        var said = new MemoryStream();
        await HelperWire.WriteAsync(said, new HelperOrder(HelperWire.Rollback), CancellationToken.None);
        return await ThenAsync(said, then);
    }

    public static ScriptedCaller Saying(byte[] bytes) => new(new MemoryStream([.. bytes]));

    /// <summary>What the helper answered, in order.</summary>
    public async Task<IReadOnlyList<HelperAnswer>> AnswersAsync()
    {
        var all = new MemoryStream(heard.ToArray());
        var answers = new List<HelperAnswer>();
        while (all.Position < all.Length)
        {
            answers.Add(await HelperWire.ReadAnswerAsync(all, CancellationToken.None));
        }

        return answers;
    }

    public override int Read(byte[] buffer, int offset, int count) => said.Read(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => said.ReadAsync(buffer, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => heard.Write(buffer, offset, count);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => heard.WriteAsync(buffer, cancellationToken);

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static async Task<ScriptedCaller> ThenAsync(MemoryStream said, HelperOrder? then)
    {
        if (then is not null)
        {
            await HelperWire.WriteAsync(said, then, CancellationToken.None);
        }

        return new ScriptedCaller(said);
    }
}
