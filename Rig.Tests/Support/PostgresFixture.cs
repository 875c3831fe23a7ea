using Rig.Rehearsal.Demo;

namespace Rig.Tests.Support;

/// <summary>One private PostgreSQL server for all tests that need one; each asks for a database of its own.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    private readonly TempFolder folder = new("rig-postgres");
    private PrivatePostgres? server;
    private int databases;

    public async Task InitializeAsync() => server = await PrivatePostgres.StartAsync(folder.Path, durable: false, CancellationToken.None);

    public async Task DisposeAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        folder.Dispose();
    }

    /// <returns>The connection string of a new, empty database. Programs that were stopped leave connections in their pools; these end soon.</returns>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"test_{Interlocked.Increment(ref databases)}";
        await server!.CreateDatabaseAsync(name, CancellationToken.None);
        return server.ConnectionString(name) + ";Connection Idle Lifetime=5;Connection Pruning Interval=2";
    }
}

[CollectionDefinition(Name)]
public sealed class PostgresTests : ICollectionFixture<PostgresFixture>
{
    public const string Name = "PostgreSQL";
}
