using System.Net.Sockets;

namespace Rig.CameraNode.Updates;

/// <summary>One conversation with the helper, which alone may write where the program lies. See <see cref="HelperWire"/>.</summary>
internal sealed class HelperClient : IDisposable
{
    // It unpacks and syncs some hundred files meanwhile, on a memory card perhaps.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromMinutes(5);

    private readonly NetworkStream stream;

    private HelperClient(Socket socket) => stream = new NetworkStream(socket, ownsSocket: true);

    /// <exception cref="UpdateException">It is not there.</exception>
    public static async Task<HelperClient> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return new HelperClient(socket);
        }
        catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
        {
            socket.Dispose();
            throw new UpdateException($"The helper that installs updates does not answer at {path}. scripts/install-node.sh sets it up.");
        }
    }

    /// <summary>Hands over a release. Afterwards it lies ready; nothing that runs has changed.</summary>
    /// <param name="archive">Sends the archive's bytes to the stream it is given.</param>
    /// <exception cref="UpdateException">The helper refuses it.</exception>
    public async Task InstallAsync(byte[] manifest, byte[] signature, Func<Stream, Task> archive, CancellationToken cancellationToken)
    {
        await AskAsync(new HelperOrder(HelperWire.Install, manifest, signature), HelperWire.Send, cancellationToken);
        try
        {
            await archive(stream);
        }
        catch (IOException)
        {
            // It hung up in the middle; its reason is still there to read.
        }

        await ExpectAsync(HelperWire.Ready, cancellationToken);
    }

    /// <returns>The version that it would go back to.</returns>
    /// <exception cref="UpdateException">There is none.</exception>
    public async Task<string> RollbackAsync(CancellationToken cancellationToken) =>
        (await AskAsync(new HelperOrder(HelperWire.Rollback), HelperWire.Ready, cancellationToken)).Version ?? "";

    /// <summary>Makes what lies ready the version that runs.</summary>
    /// <param name="restart">The helper ends this process soon after its answer.</param>
    /// <exception cref="UpdateException">The helper could not.</exception>
    public Task SwitchAsync(bool restart, CancellationToken cancellationToken) => AskAsync(new HelperOrder(HelperWire.Switch, Restart: restart), HelperWire.Switched, cancellationToken);

    public void Dispose() => stream.Dispose();

    private async Task<HelperAnswer> AskAsync(HelperOrder order, string expected, CancellationToken cancellationToken)
    {
        try
        {
            await HelperWire.WriteAsync(stream, order, cancellationToken);
        }
        catch (IOException)
        {
            // It hung up; its reason may still be there to read.
        }

        return await ExpectAsync(expected, cancellationToken);
    }

    private async Task<HelperAnswer> ExpectAsync(string step, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTimeout);
        try
        {
            var answer = await HelperWire.ReadAnswerAsync(stream, limit.Token);
            return answer.Step == step ? answer : throw new UpdateException(answer.Error ?? "The helper that installs updates refused without a reason.");
        }
        catch (IOException e)
        {
            throw new UpdateException("The helper that installs updates ended in the middle. The version that runs has not changed.", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UpdateException("The helper that installs updates did not answer in time.", e);
        }
    }
}
