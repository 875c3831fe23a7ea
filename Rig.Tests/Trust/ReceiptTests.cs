using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Rig.Hosting.Trust;
using Rig.Tests.Support;

namespace Rig.Tests.Trust;

public sealed class ReceiptTests : IDisposable
{
    private const string Take = "GAME_20261121_140000_CAM_L";
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Sha256 = new('a', 64);

    private readonly TempFolder folder = new();
    private readonly FakeTimeProvider time = new(Now);
    private readonly TestTrust rig;
    private readonly RigTrust node;

    public ReceiptTests()
    {
        rig = new TestTrust(folder, time);
        node = rig.Of("CAM_L");
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_home_servers_receipt_counts_for_these_very_bytes()
    {
        var receipt = Sign(rig.Of("home"));
        var read = SignedReceipt.In(JsonSerializer.SerializeToElement(new Dictionary<string, object> { ["receipt"] = receipt.ToJson() }))!;
        Assert.Null(read.Refusal(node, Take, Sha256, 1000));
        Assert.NotNull(read.Refusal(node, Take + "_2", Sha256, 1000));
        Assert.NotNull(read.Refusal(node, Take, new string('b', 64), 1000));
        Assert.NotNull(read.Refusal(node, Take, Sha256, 1001));
    }

    [Fact]
    public void A_changed_receipt_counts_for_nothing()
    {
        var receipt = Sign(rig.Of("home"));
        var other = new string('b', 64);
        Assert.Contains("signature", (receipt with { Sha256 = other }).Refusal(node, Take, other, 1000), StringComparison.Ordinal);
        Assert.Contains("signature", (receipt with { SizeBytes = 5 }).Refusal(node, Take, Sha256, 5), StringComparison.Ordinal);
        Assert.NotNull((receipt with { SignedAt = Now.AddDays(1) }).Refusal(node, Take, Sha256, 1000));
        Assert.NotNull((receipt with { Server = "other" }).Refusal(node, Take, Sha256, 1000));
        Assert.NotNull((receipt with { Certificate = [1, 2] }).Refusal(node, Take, Sha256, 1000));
        Assert.NotNull((receipt with { Signature = [] }).Refusal(node, Take, Sha256, 1000));
    }

    [Fact]
    public void Only_a_home_server_of_this_rig_can_give_one()
    {
        Assert.NotNull(Sign(rig.Of("CAM_R")).Refusal(node, Take, Sha256, 1000));
        using var elsewhere = new TempFolder();
        Assert.NotNull(Sign(new TestTrust(elsewhere, time).Of("home")).Refusal(node, Take, Sha256, 1000));
    }

    [Fact]
    public void A_revoked_server_gives_no_more()
    {
        var receipt = Sign(rig.Of("home"));
        rig.Issuing.Revoke("home");
        rig.Tell(node);
        Assert.Contains("revoked", receipt.Refusal(node, Take, Sha256, 1000), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"receipt":null}""")]
    [InlineData("""{"receipt":"yes"}""")]
    [InlineData("""{"receipt":{"recording_id":"x"}}""")]
    [InlineData("[]")]
    public void What_is_no_receipt_is_none(string json) => Assert.Null(SignedReceipt.In(JsonDocument.Parse(json).RootElement));

    private static SignedReceipt Sign(RigTrust server) => SignedReceipt.Sign(server, Take, Sha256, 1000, Now);
}
