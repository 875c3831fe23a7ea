using Rig.Tests.Ingest;
using Rig.Tests.NodeApi;
using Rig.Tests.Support;
using Rig.Tests.Viewer;

namespace Rig.Tests.House;

public sealed class NodeOpenApiTests
{
    [Fact]
    public async Task The_nodes_routes_are_those_of_the_checked_in_document()
    {
        await using var node = await NodeUnderTest.StartAsync();
        await OpenApiGolden.CheckAsync(node.Services, "node");
    }
}

[Collection(PostgresTests.Name)]
public sealed class IngestOpenApiTests(PostgresFixture postgres)
{
    [Fact]
    public async Task The_home_servers_routes_are_those_of_the_checked_in_document()
    {
        using var folder = new TempFolder();
        await using var server = await IngestServer.StartAsync(folder, await postgres.NewDatabaseAsync(), ScriptedStages.Register);
        await OpenApiGolden.CheckAsync(server.Services, "ingest");
    }
}

[Collection(PostgresTests.Name)]
public sealed class ViewerOpenApiTests(ViewerServer server) : IClassFixture<ViewerServer>
{
    [Fact]
    public async Task The_viewers_routes_are_those_of_the_checked_in_document() =>
        await OpenApiGolden.CheckAsync(server.Services, "viewer");
}
