using System.Text;
using Rig.CameraNode.Settings;
using Rig.Domain.Recordings;
using Rig.Tests.Ingest;
using Rig.Tests.Support;

namespace Rig.Tests.Storage;

/// <summary>Files that an editor or another program saved as "UTF-8 with BOM".</summary>
public sealed class ByteOrderMarkTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_manifest_with_a_byte_order_mark_is_the_same_manifest()
    {
        var json = Encoding.UTF8.GetBytes(SampleTake.Manifest(SampleTake.Mp4()).ToJsonString());
        Assert.Equal(Manifest.Parse(json).ToUtf8Json(), Manifest.Parse([0xEF, 0xBB, 0xBF, .. json]).ToUtf8Json());
    }

    [Fact]
    public void Settings_with_a_byte_order_mark_are_read()
    {
        File.WriteAllText(folder.File("config.json"), """{"version":1,"settings":{"Rig:Sync:MaxOffsetMs":"5"}}""", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        var settings = new NodeConfigFile(folder.File("config.json"));
        settings.Load();
        Assert.True(settings.TryGet("Rig:Sync:MaxOffsetMs", out var value));
        Assert.Equal("5", value);
    }
}
