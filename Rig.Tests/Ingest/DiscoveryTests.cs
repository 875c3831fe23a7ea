using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Rig.Actors.Hosting;
using Rig.Domain.Messages;
using Rig.Ingest.Pull;
using Rig.Rehearsal.Demo;
using Rig.Tests.Support;

namespace Rig.Tests.Ingest;

/// <summary>A camera's cluster system, with a gateway that offers what a scripted node holds, and the whole server beside it.</summary>
[Collection(PostgresTests.Name)]
public sealed class DiscoveryTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Session = "GAME_20261121_140000";

    private readonly TempFolder folder = new("rig-discovery");
    private ScriptedNode node = null!;

    public async Task InitializeAsync() => node = await ScriptedNode.StartAsync();

    public async Task DisposeAsync()
    {
        await node.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Takes_of_a_cluster_member_come_home_by_themselves()
    {
        var file = SampleTake.Mp4(payloadBytes: 200_000);
        node.Add(file, Session, "CAM_C", sessionCameras: ["CAM_C"]);
        var (cameraPort, ingestPort) = (FreePort.Next().ToString(CultureInfo.InvariantCulture), FreePort.Next().ToString(CultureInfo.InvariantCulture));
        using var camera = ActorSystem.Create("rig", RigConfig.Load("camera-node.conf", "rig",
        [
            new("akka.remote.dot-netty.tcp.hostname", "127.0.0.1"),
            new("akka.remote.dot-netty.tcp.port", cameraPort),
            new("akka.cluster.roles", "[camera]"),
            new("akka.cluster.seed-nodes", $"[\"akka.tcp://rig@127.0.0.1:{cameraPort}\"]"),
        ]));
        var gateway = camera.ActorOf(Props.Create(() => new ScriptedGateway(node.Url, file.Length, SampleTake.Sha256(file))), "gateway");
        Assert.EndsWith(TransferProtocol.GatewayPath, gateway.Path.ToString(), StringComparison.Ordinal);

        await using (var server = await IngestServer.StartAsync(
            folder,
            await postgres.NewDatabaseAsync(),
            ScriptedStages.Register,
            "--Rig:Server:ClusterHost=127.0.0.1",
            "--Rig:Server:ClusterPort=" + ingestPort,
            $"--Rig:Server:SeedNodes:0=127.0.0.1:{cameraPort}",
            "--Rig:Pull:PollInterval=00:00:00.100"))
        {
            await Eventually.HoldsAsync(() => node.Unconfirmed.Count == 0);

            Assert.Equal(file, await File.ReadAllBytesAsync(folder.File("sessions", Session, "CAM_C", "recording.mp4")));
            await Eventually.HoldsAsync(() => server.Services.GetRequiredService<TransferBoard>().Nodes is [{ CameraId: "CAM_C" }]);
        }

        await camera.Terminate();
    }

    private sealed class ScriptedGateway : ReceiveActor
    {
        public ScriptedGateway(string url, long sizeBytes, string sha256) => Receive<TransferProtocol.GetFinishedTakes>(_ => Sender.Tell(
            new TransferProtocol.FinishedTakes("CAM_C", url, [new TransferProtocol.FinishedTake(Session + "_CAM_C", Session, "CAM_C", 1, sizeBytes, sha256)])));
    }
}
