extern alias node;
using Microsoft.Extensions.Logging.Abstractions;
using node::Rig.CameraNode.Installation;
using node::Rig.CameraNode.Updates;

namespace Rig.Tests.Updates;

/// <summary>A camera box as the helper sees it: a disk with releases, the node's service, and a key of the build.</summary>
internal sealed class BoxUnderTest : IDisposable
{
    public static readonly IReadOnlyDictionary<string, string> OldFiles = new Dictionary<string, string> { ["lib/codec.so"] = "old codec", ["rig-node"] = "old program" };
    public static readonly IReadOnlyDictionary<string, string> NewFiles = new Dictionary<string, string> { ["lib/a/deep.so"] = "new depth", ["lib/codec.so"] = "new codec", ["rig-node"] = "new program", ["wwwroot/index.html"] = "new page" };

    private static readonly TrialTimes AtOnce = new(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));

    private BoxUnderTest(DiskModel disk) => Disk = disk;

    public static string Old => "1.0.0";

    public static string New => "2.0.0";

    public DiskModel Disk { get; private set; }

    public ScriptedNode Node { get; private set; } = new();

    public ReleaseSigner Signer { get; } = new();

    /// <summary>What <c>current</c> leads to; it must be whole.</summary>
    public string Runs => Whole("current");

    /// <summary>What <c>good</c> leads to, which the helper itself runs from.</summary>
    public string Good => Whole("good");

    /// <summary>With 1.0.0 running.</summary>
    public static BoxUnderTest Running()
    {
        var box = new BoxUnderTest(new DiskModel());
        box.Lay(Old, OldFiles);
        box.Disk.Lay("current", "-> releases/" + Old);
        box.Disk.Lay("good", "-> releases/" + Old);
        return box;
    }

    /// <summary>With 2.0.0 running, which followed 1.0.0.</summary>
    public static BoxUnderTest Updated()
    {
        var box = Running();
        box.Lay(New, NewFiles);
        box.Disk.Lay("current", "-> releases/" + New);
        box.Disk.Lay("good", "-> releases/" + New);
        box.Disk.Lay("previous", "-> releases/" + Old);
        return box;
    }

    public void CutPower(Survives survives, int seed)
    {
        Disk = Disk.AfterPowerCut(survives, new Random(seed));
        Node = new ScriptedNode { IsWell = Node.IsWell };
    }

    public UpdateHelper Helper(TrialTimes? times = null, TimeProvider? time = null) =>
        new(Disk, new ReleaseGate(Signer.Keys, "linux-x64", Disk.LinkTarget("good")!.Split('/')[1]), Node, times ?? AtOnce, time ?? TimeProvider.System, NullLogger<UpdateHelper>.Instance);

    public async Task ResumeAsync()
    {
        using var helper = Helper();
        await helper.ResumeAsync(CancellationToken.None);
    }

    /// <summary>One start of the helper and one conversation.</summary>
    public async Task<IReadOnlyList<HelperAnswer>> ConverseAsync(ScriptedCaller caller)
    {
        using var helper = Helper();
        await helper.ResumeAsync(CancellationToken.None);
        await helper.ConverseAsync(caller, CancellationToken.None);
        return await caller.AnswersAsync();
    }

    public Task<IReadOnlyList<HelperAnswer>> InstallAsync() => InstallAsync(TarGz.OfFiles(NewFiles));

    public Task<IReadOnlyList<HelperAnswer>> InstallAsync(byte[] archive, Func<ReleaseManifest, ReleaseManifest>? change = null, ReleaseSigner? by = null)
    {
        var manifest = (by ?? Signer).Describe(New, archive, 10_000);
        return InstallAsync((by ?? Signer).Sign(change?.Invoke(manifest) ?? manifest), archive);
    }

    public async Task<IReadOnlyList<HelperAnswer>> InstallAsync(SignedRelease release, byte[] archive) =>
        await ConverseAsync(await ScriptedCaller.InstallAsync(release, archive, new HelperOrder(HelperWire.Switch)));

    public async Task<IReadOnlyList<HelperAnswer>> RollbackAsync() => await ConverseAsync(await ScriptedCaller.RollbackAsync(new HelperOrder(HelperWire.Switch)));

    /// <summary>Nothing half-done lies about: every release is whole and led to.</summary>
    public void AssertTidy()
    {
        Assert.DoesNotContain(Disk.NamesIn(""), name => name.StartsWith('.'));
        var led = new[] { "current", "good", "previous" }.Select(Disk.LinkTarget).Where(target => target is not null).ToHashSet();
        Assert.All(Disk.NamesIn("releases"), name => Assert.Contains("releases/" + name, led));
    }

    public void Dispose() => Signer.Dispose();

    private void Lay(string version, IReadOnlyDictionary<string, string> files)
    {
        foreach (var (path, content) in files)
        {
            Disk.Lay($"releases/{version}/{path}", content);
        }
    }

    private string Whole(string link)
    {
        var target = Disk.LinkTarget(link);
        Assert.True(target is not null, $"There is no link {link}.");
        var version = target.Split('/')[1];
        Assert.Equal(version == Old ? OldFiles : NewFiles, Disk.FilesBelow(target));
        return version;
    }
}
