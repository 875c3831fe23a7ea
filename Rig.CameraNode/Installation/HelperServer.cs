using System.Net.Sockets;

namespace Rig.CameraNode.Installation;

/// <summary>Answers callers on the helper's socket until nobody called for a while; systemd starts it again at the next call.</summary>
internal sealed class HelperServer(Socket listener, UpdateHelper helper, TimeSpan idle)
{
    private const int MaxConversations = 8;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var running = new List<Task>();
        try
        {
            while (!helper.Finished.IsCancellationRequested)
            {
                running.RemoveAll(conversation => conversation.IsCompleted);
                if (running.Count >= MaxConversations)
                {
                    await Task.WhenAny(running);
                    continue;
                }

                if (await AcceptAsync(cancellationToken) is { } caller)
                {
                    running.Add(ConverseAsync(caller, cancellationToken));
                }
                else if (running.TrueForAll(conversation => conversation.IsCompleted))
                {
                    return;
                }
            }
        }
        finally
        {
            await Task.WhenAll(running);
        }
    }

    private async Task<Socket?> AcceptAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, helper.Finished);
        limit.CancelAfter(idle);
        try
        {
            return await listener.AcceptAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task ConverseAsync(Socket caller, CancellationToken cancellationToken)
    {
        await using var stream = new NetworkStream(caller, ownsSocket: true);
        await helper.ConverseAsync(stream, cancellationToken);
    }
}
