extern alias node;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using node::Rig.CameraNode.Updates;
using Rig.Tests.NodeApi;
using Rig.Tests.Support;

namespace Rig.Tests.Updates;

/// <summary>A node with a source of releases, an install folder and the helper beside it.</summary>
internal sealed class UpdatableNode : IAsyncDisposable
{
    private UpdatableNode(TempFolder folder, TempFolder run, HelperOnSocket helper, NodeUnderTest node) => (Folder, this.run, Helper, Node) = (folder, run, helper, node);

    private readonly TempFolder run;

    /// <summary>The install folder.</summary>
    public TempFolder Folder { get; }

    public HelperOnSocket Helper { get; }

    public NodeUnderTest Node { get; }

    /// <param name="installed">The version that runs; null: the install folder is empty.</param>
    /// <param name="keys">Which the node and the helper know; else the server's.</param>
    public static async Task<UpdatableNode> StartAsync(ReleaseServer source, string[]? settings = null, string? installed = null, ReleaseKeys? keys = null)
    {
        var (folder, run) = (new TempFolder(), new TempFolder("rig-run"));
        if (installed is not null)
        {
            Directory.CreateDirectory(folder.File("releases", installed));
            await File.WriteAllTextAsync(folder.File("releases", installed, "rig-node"), "old program");
            File.CreateSymbolicLink(folder.File("current"), Path.Combine("releases", installed));
        }

        var known = keys ?? source.Signer.Keys;
        var helper = new HelperOnSocket(folder.Path, run.File("update.sock"), known);
        var node = await NodeUnderTest.StartAsync(
            services => services.AddSingleton(known),
            [$"--Rig:Update:ReleasesUrl={source.Url}", $"--Rig:Update:InstallPath={folder.Path}", $"--Rig:Update:HelperSocket={run.File("update.sock")}", "--Rig:Update:Platform=linux-x64", .. settings ?? []]);
        return new UpdatableNode(folder, run, helper, node);
    }

    /// <summary>Again while the helper is still busy with the order before.</summary>
    public async Task<JsonElement> PostUntilFreeAsync(string path)
    {
        JsonElement answer = default;
        await Eventually.HoldsAsync(async () =>
        {
            answer = (await Node.PostAsync(path, "{}")).Body;
            return !answer.TryGetProperty("error", out var error) || !error.GetString()!.Contains("already", StringComparison.Ordinal);
        });
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        await Node.DisposeAsync();
        await Helper.DisposeAsync();
        Folder.Dispose();
        run.Dispose();
    }
}
