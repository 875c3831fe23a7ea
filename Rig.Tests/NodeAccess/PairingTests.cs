using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using OpenCvSharp;
using Rig.Actors.Recording;
using Rig.CameraNode.Access;
using Rig.Hosting.Access;
using Rig.Tests.NodeApi;
using Rig.Tests.Support;

namespace Rig.Tests.NodeAccess;

public sealed class PairingTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Of_all_who_claim_a_new_camera_at_once_one_owns_it_and_the_others_are_not_paired()
    {
        await using var node = await NodeUnderTest.StartFreshAsync();
        var pin = (await node.GetAsync("/api/v1/pairing")).Body.GetProperty("invitation").GetProperty("pin").GetString();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            using var phone = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = node.Http.BaseAddress };
            using var answer = await phone.PostAsJsonAsync("/api/v1/pairing", new { pin });
            return (int)answer.StatusCode;
        }));
        Assert.Single(answers, 200);
        Assert.All(answers, status => Assert.Contains(status, new[] { 200, 403, 429 }));
        Assert.Single(node.Services.GetRequiredService<PairingFile>().Current.Devices);
    }

    [Theory]
    [InlineData("\u202eresworb s'nnA", "resworb s'nnA")]
    [InlineData("\u2066Ann\u2069\u200b\u200f", "Ann")]
    [InlineData("Ann\u2028owner\r\n\t: x", "Annowner: x")]
    [InlineData("\ufeff\u00ad\ue000 ", "Phone")]
    [InlineData("Zoë’s 电话 №1", "Zoë’s 电话 №1")]
    [InlineData("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>")]
    public void A_phones_name_holds_nothing_that_hides_or_turns_the_words_around_it(string given, string kept) => Assert.Equal(kept, PairedDevice.NameOf(given));

    [Fact]
    public async Task A_fresh_node_shows_its_PIN_until_the_first_phone_owns_it_and_the_next_ones_film()
    {
        await using var node = await NodeUnderTest.StartFreshAsync();
        var fresh = await LookAsync(node.Http);
        Assert.False(fresh.GetProperty("claimed").GetBoolean());
        var shown = fresh.GetProperty("invitation").GetProperty("pin").GetString()!;
        var owner = await PairAsync(node, shown, "Ann’s phone");
        Assert.Equal(Roles.Owner, (await LookAsync(owner)).GetProperty("device").GetProperty("role").GetString());

        var stranger = await LookAsync(node.Http);
        Assert.Equal((true, JsonValueKind.Null, JsonValueKind.Null), (stranger.GetProperty("claimed").GetBoolean(), stranger.GetProperty("invitation").ValueKind, stranger.GetProperty("device").ValueKind));
        Assert.Equal(HttpStatusCode.Forbidden, (await TryPairAsync(node, shown)).StatusCode);

        var pin = (await owner.GetFromJsonAsync<JsonElement>("/api/v1/access/pin")).GetProperty("pin").GetString()!;
        Assert.NotEqual(shown, pin);
        var other = await PairAsync(node, pin, "Ben");
        Assert.Equal(Roles.Operator, (await LookAsync(other)).GetProperty("device").GetProperty("role").GetString());
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/api/v1/status")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync("/api/v1/config")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/api/v1/config")).StatusCode);
    }

    [Fact]
    public async Task The_cookie_is_out_of_reach_of_scripts_and_other_sites_and_lasts_a_season()
    {
        await using var node = await NodeUnderTest.StartFreshAsync();
        using var paired = await TryPairAsync(node, await ShownPinAsync(node));
        var cookie = Assert.Single(paired.Headers.GetValues("Set-Cookie")).ToLowerInvariant();
        Assert.StartsWith("rig_device=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=strict", cookie, StringComparison.Ordinal);
        Assert.Contains("path=/", cookie, StringComparison.Ordinal);
        Assert.Contains($"max-age={TimeSpan.FromDays(400).TotalSeconds:0}", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_PINs_make_the_next_try_wait_and_never_a_phone_that_is_paired()
    {
        await using var node = await NodeUnderTest.StartFreshAsync();
        var pin = await ShownPinAsync(node);
        var owner = await PairAsync(node, pin, "owner");
        for (var i = 0; i < PairingAttempts.FreeOfNetwork; i++)
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await TryPairAsync(node, "00000000")).StatusCode);
        }

        using var refused = await TryPairAsync(node, "00000000");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange((await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("retry_after_sec").GetInt32(), 1, 2);
        Assert.Equal(HttpStatusCode.OK, (await owner.GetAsync("/api/v1/status")).StatusCode);
    }

    [Fact]
    public async Task An_owner_gives_roles_and_takes_phones_away_at_once()
    {
        await using var node = await NodeUnderTest.StartAsync();
        using var other = Client(node, node.CookieOf(Roles.Operator));
        var id = (await node.GetAsync("/api/v1/access/devices")).Body.GetProperty("devices").EnumerateArray().Single(device => !device.GetProperty("is_you").GetBoolean()).GetProperty("id").GetString();
        Assert.Equal(200, (await node.PostAsync($"/api/v1/access/devices/{id}", """{"role":"owner","name":"Ben"}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/api/v1/config")).StatusCode);
        Assert.Equal(400, (await node.PostAsync($"/api/v1/access/devices/{id}", """{"role":"server"}""")).Status);

        Assert.Equal(HttpStatusCode.OK, (await node.Http.DeleteAsync($"/api/v1/access/devices/{id}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await other.GetAsync("/api/v1/status")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await node.Http.DeleteAsync($"/api/v1/access/devices/{id}")).StatusCode);
    }

    [Theory]
    [InlineData("/api/v1/events")]
    [InlineData("/preview")]
    public async Task What_a_phone_watches_ends_when_it_is_taken_away(string stream)
    {
        await using var node = await NodeUnderTest.StartAsync();
        node.Camera.Previews.Newest = new PreviewPicture([1, 2, 3], TimeProvider.System.GetUtcNow());
        using var other = Client(node, node.CookieOf(Roles.Operator));
        using var watched = await other.GetAsync(stream, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, watched.StatusCode);
        var reading = watched.Content.CopyToAsync(Stream.Null);
        var id = (await node.GetAsync("/api/v1/access/devices")).Body.GetProperty("devices").EnumerateArray().Single(device => !device.GetProperty("is_you").GetBoolean()).GetProperty("id").GetString();
        Assert.False(reading.IsCompleted);

        Assert.Equal(HttpStatusCode.OK, (await node.Http.DeleteAsync($"/api/v1/access/devices/{id}")).StatusCode);
        await Assert.ThrowsAnyAsync<Exception>(() => reading.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.True(reading.IsFaulted);
    }

    [Fact]
    public async Task The_last_owner_stays()
    {
        await using var node = await NodeUnderTest.StartAsync();
        var own = (await node.GetAsync("/api/v1/access/devices")).Body.GetProperty("devices")[0].GetProperty("id").GetString();
        Assert.Equal(409, (await node.PostAsync($"/api/v1/access/devices/{own}", """{"role":"operator"}""")).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await node.Http.DeleteAsync($"/api/v1/access/devices/{own}")).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await node.Http.DeleteAsync("/api/v1/pairing")).StatusCode);
        Assert.Equal(200, (await node.GetAsync("/api/v1/access/devices")).Status);
    }

    [Fact]
    public async Task What_was_changed_is_told_with_who_and_from_what_to_what()
    {
        await using var node = await NodeUnderTest.StartAsync();
        Assert.Equal(200, (await node.PostAsync("/api/v1/config", """{"guards":{"clock":"ignore"},"update":{"releases_url":"https://example.org/releases"}}""")).Status);
        Assert.Equal(200, (await node.PostAsync("/api/v1/recordings/cleanup", "{}")).Status);
        Assert.Equal(200, (await node.PostAsync("/api/v1/access/pin", "{}")).Status);
        var trail = (await node.GetAsync("/api/v1/access/audit")).Body.GetProperty("entries").EnumerateArray().ToList();
        Assert.Equal(
            ["changed the PIN", "deleted every confirmed recording", "changed guards.clock", "changed update.releases_url"],
            trail.Select(entry => entry.GetProperty("what").GetString()).OrderBy(what => what!.StartsWith("changed g", StringComparison.Ordinal) || what.StartsWith("changed u", StringComparison.Ordinal)).ThenBy(what => what, StringComparer.Ordinal).Select(what => what!));
        var guard = trail.Single(entry => entry.GetProperty("what").GetString() == "changed guards.clock");
        Assert.Equal(("refuse", "ignore", "owner"), (guard.GetProperty("before").GetString(), guard.GetProperty("after").GetString(), guard.GetProperty("role").GetString()));
        Assert.StartsWith("owner (", guard.GetProperty("who").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_else_on_the_machine_reads_PIN_or_tokens_and_no_answer_or_file_holds_a_token()
    {
        await using var node = await NodeUnderTest.StartFreshAsync();
        using var paired = await TryPairAsync(node, await ShownPinAsync(node));
        var token = Assert.Single(paired.Headers.GetValues("Set-Cookie")).Split(['.', ';'])[1];
        var folder = node.Folder.File("access");
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(file));
            Assert.DoesNotContain(token, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(token, await paired.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Phones_are_still_known_after_a_restart_and_forgotten_by_a_reset_at_the_box()
    {
        await using var node = await NodeUnderTest.StartAsync();
        await using var again = await NodeUnderTest.StartAsync($"--Rig:Node:ConfigPath={node.Folder.File("config.json")}");
        using var phone = Client(again, node.Http.DefaultRequestHeaders.GetValues("Cookie").Single());
        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync("/api/v1/config")).StatusCode);

        // As 'rig-node pair --reset' does in a process of its own.
        var pairing = new PairingFile(node.Folder.File("access"), NullLogger.Instance).Reset();
        Assert.Equal(HttpStatusCode.Unauthorized, (await phone.GetAsync("/api/v1/config")).StatusCode);
        Assert.Equal(JsonValueKind.Null, (await LookAsync(phone)).GetProperty("invitation").ValueKind);
        var first = await PairAsync(node, pairing.Pin, "first");
        Assert.Equal(HttpStatusCode.OK, (await first.GetAsync("/api/v1/config")).StatusCode);
    }

    [Fact]
    public async Task With_a_broken_file_nobody_is_known_and_nobody_can_claim_the_node_until_it_is_reset()
    {
        await using var node = await NodeUnderTest.StartAsync();
        await File.WriteAllTextAsync(node.Folder.File("access", "pairing.json"), "{");
        Assert.Equal(401, (await node.GetAsync("/api/v1/status")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await TryPairAsync(node, "")).StatusCode);
        Assert.Equal(200, (await node.GetAsync("/api/v1/health")).Status);
        new PairingFile(node.Folder.File("access"), NullLogger.Instance).Reset();
        Assert.Equal(JsonValueKind.Null, (await LookAsync(node.Http)).GetProperty("device").ValueKind);
    }

    [Fact]
    public void Two_processes_that_change_the_file_at_once_lose_nothing_of_each_other()
    {
        using var folder = new TempFolder();
        PairingFile[] files = [new(folder.Path, NullLogger.Instance), new(folder.Path, NullLogger.Instance)];
        Parallel.For(0, 40, i => files[i % 2].Pair($"phone {i}", Roles.Operator, DateTimeOffset.UnixEpoch));
        Assert.Equal(40, files[0].Current.Devices.Count);
        Assert.Equal(files[0].Current.Pin, files[1].Current.Pin);
    }

    [Fact]
    public void The_audit_log_keeps_the_newest_and_stays_small()
    {
        using var folder = new TempFolder();
        var audit = new AuditLog(folder.Path, TimeProvider.System, NullLogger.Instance);
        foreach (var number in Enumerable.Range(0, 1200))
        {
            audit.Write("somebody", Roles.Owner, $"did {number}", after: new string('x', 1000));
        }

        var file = folder.File("audit.jsonl");
        Assert.True(new FileInfo(file).Length < 600_000);
        Assert.Equal(["did 1199", "did 1198"], audit.Read(2).Select(entry => entry.What));
        File.AppendAllText(file, "{\"at\":\"torn");
        Assert.Equal("did 1199", audit.Read(1).Single().What);
    }

    [Fact]
    public void A_scanner_reads_the_pages_address_and_the_PIN()
    {
        const string Text = "http://192.168.1.102:8080/#pin=12345678";
        var rows = QrPicture.Rows(Text);
        using var drawn = new Mat(rows.Count, rows.Count, MatType.CV_8UC1);
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows.Count; x++)
            {
                drawn.Set(y, x, rows[y][x] == '1' ? (byte)0 : (byte)255);
            }
        }

        using var large = drawn.Resize(new Size(), 8, 8, InterpolationFlags.Nearest);
        using var detector = new QRCodeDetector();
        Assert.Equal(Text, detector.DetectAndDecode(large, out _));
        Assert.Equal((rows.Count + 1) / 2, QrPicture.Terminal(Text).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static async Task<JsonElement> LookAsync(HttpClient client) => await client.GetFromJsonAsync<JsonElement>("/api/v1/pairing");

    private static async Task<string> ShownPinAsync(NodeUnderTest node) => (await LookAsync(node.Http)).GetProperty("invitation").GetProperty("pin").GetString()!;

    private static Task<HttpResponseMessage> TryPairAsync(NodeUnderTest node, string pin, string? name = null) => node.Http.PostAsJsonAsync("/api/v1/pairing", new { pin, name });

    private static async Task<HttpClient> PairAsync(NodeUnderTest node, string pin, string name)
    {
        using var paired = await TryPairAsync(node, pin, name);
        Assert.True(paired.IsSuccessStatusCode, await paired.Content.ReadAsStringAsync());
        return Client(node, Assert.Single(paired.Headers.GetValues("Set-Cookie")).Split(';')[0]);
    }

    private static HttpClient Client(NodeUnderTest node, string cookie) =>
        new(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { BaseAddress = node.Http.BaseAddress, DefaultRequestHeaders = { { "Cookie", cookie } } };
}
