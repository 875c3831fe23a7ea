using System.Net;
using System.Net.Http.Headers;
using Rig.Simulation.World;

namespace Rig.Simulation.Scenarios.Offload;

/// <summary>
/// What the server's HTTP client is connected to: each way takes its time on the link, a cut or a machine without power swallows it,
/// a machine without a process refuses, now and then an answer comes when nobody waits any more, and bits flip in bodies.
/// </summary>
internal sealed class SimulatedHttp(SimulatedProcess caller, IReadOnlyList<OffloadCamera> cameras) : HttpMessageHandler
{
    private const double LateChance = 0.01;

    private static readonly TimeSpan LateAtLeast = TimeSpan.FromSeconds(3);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var camera = cameras.Single(camera => camera.Machine.Name == request.RequestUri!.Host);
        var asked = new NodeRequest(
            request.RequestUri!.AbsolutePath,
            request.Headers.Range?.Ranges.Single(),
            request.Content?.ReadAsStringAsync(CancellationToken.None).GetAwaiter().GetResult());

        // It ends in the world, outside of all processes, where what HttpClient has to do runs at once; its caller goes on in its own.
        var answer = new TaskCompletionSource<HttpResponseMessage>();
        var world = caller.Machine.World;
        cancellationToken.Register(() => world.After(TimeSpan.Zero, () => answer.TrySetCanceled(cancellationToken)));
        Send(caller.Machine, camera.Machine, () =>
        {
            if (camera.Machine.Process is not { } process)
            {
                Send(camera.Machine, caller.Machine, () => answer.TrySetException(new HttpRequestException($"{camera.Machine.Name} refuses the connection.")));
                return;
            }

            process.Post(() => NodeRoutes.Answer(
                camera, asked, reply => Send(camera.Machine, caller.Machine, () => answer.TrySetResult(Response(reply, camera.Machine, process)))));
        });
        return answer.Task;
    }

    private HttpResponseMessage Response(NodeReply reply, SimulatedMachine from, SimulatedProcess serving)
    {
        // Short answers come whole: HttpClient reads some of them itself, and that belongs to no process.
        if (reply.Range is null)
        {
            return new HttpResponseMessage(reply.Status) { Content = new ByteArrayContent(reply.Body) };
        }

        var content = new StreamContent(new SimulatedBody(reply.Body, from, serving, caller));
        content.Headers.ContentRange = reply.Range;
        return new HttpResponseMessage(reply.Status) { Content = content };
    }

    private static void Send(SimulatedMachine from, SimulatedMachine to, Action arrived)
    {
        var world = from.World;
        var link = world.Network.Between(from, to);
        if (link.IsCut)
        {
            return;
        }

        var delay = TimeSpan.FromTicks(link.DelayTicks(0));
        if (world.Happens(LateChance))
        {
            delay += world.Between(LateAtLeast, LateAtLeast * 4);
        }

        world.After(delay, () =>
        {
            if (!link.IsCut && to.IsPowered)
            {
                arrived();
            }
        });
    }
}

/// <param name="Body">Null without one.</param>
internal sealed record NodeRequest(string Path, RangeItemHeaderValue? Range, string? Body);

/// <param name="Range">Of a part of a file.</param>
internal sealed record NodeReply(HttpStatusCode Status, byte[] Body, ContentRangeHeaderValue? Range = null);
