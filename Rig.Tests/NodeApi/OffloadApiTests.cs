using Rig.Actors.Transfer;
using Rig.Domain.Identity;
using static Rig.Actors.Transfer.UploadProtocol;

namespace Rig.Tests.NodeApi;

public sealed class OffloadApiTests : IAsyncLifetime
{
    private static readonly TakeId FinalLeft = new(SessionId.Parse("Final"), CameraId.Left);
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly string Job = new('a', 32);

    private NodeUnderTest node = null!;

    public async Task InitializeAsync() => node = await NodeUnderTest.StartAsync("--Rig:Offload:ServerUrl=http://127.0.0.1:9");

    public async Task DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task An_upload_is_accepted_with_the_id_of_its_job()
    {
        var job = UploadQueue.Empty.Enqueue(FinalLeft, 1000, Job, Now).Job;
        node.OffloadAnswers = _ => new Queued([job], 1);
        var (status, body) = await node.PostAsync("/api/v1/offload/upload", """{"session_id":"Final","camera_id":"CAM_L"}""");
        Assert.Equal((202, true, Job), (status, body.GetProperty("success").GetBoolean(), body.GetProperty("job_id").GetString()));
        Assert.Equal(new UploadTakes(FinalLeft.SessionId, CameraId.Left), Assert.Single(node.Asked));

        (status, _) = await node.PostAsync("/api/v1/offload/upload/all", "{}");
        Assert.Equal((202, new UploadTakes(null, null)), (status, node.Asked[^1]));
    }

    [Theory]
    [InlineData("{}", "session_id")]
    [InlineData("""{"session_id":"../etc"}""", "session_id")]
    [InlineData("""{"session_id":"Final","camera_id":"left"}""", "camera_id")]
    public async Task A_field_that_is_missing_or_wrong_is_named(string body, string field)
    {
        var (status, answer) = await node.PostAsync("/api/v1/offload/upload", body);
        Assert.Equal(400, status);
        Assert.Contains(field, answer.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Empty(node.Asked);
    }

    [Fact]
    public async Task A_session_without_recordings_here_is_not_found()
    {
        node.OffloadAnswers = _ => new Queued([], 0);
        Assert.Equal(404, (await node.PostAsync("/api/v1/offload/upload", """{"session_id":"Final"}""")).Status);
    }

    [Fact]
    public async Task A_job_has_the_seeds_fields_and_says_how_far_it_is()
    {
        var queue = UploadQueue.Empty.Enqueue(FinalLeft, 1000, Job, Now).Queue.Begin(Job, Now);
        node.OffloadAnswers = _ => new UploadStatus(queue, new ActiveTransfer(queue.Find(Job)!, 250, 50, 15), false, 750, 15);
        var (status, job) = await node.GetAsync($"/api/v1/offload/jobs/{Job}");
        Assert.Equal(200, status);
        foreach (var field in new[] { "recording_id", "session_id", "camera_id", "file_path", "status", "attempts", "error", "started_at", "completed_at" })
        {
            Assert.True(job.TryGetProperty(field, out _), field);
        }

        Assert.Equal(
            ("uploading", "Final_CAM_L", 250, 15),
            (job.GetProperty("status").GetString(), job.GetProperty("recording_id").GetString(), job.GetProperty("sent_bytes").GetInt64(), job.GetProperty("seconds_left").GetDouble()));
        Assert.Equal(1, (await node.GetAsync("/api/v1/offload/jobs")).Body.GetProperty("jobs").GetArrayLength());
        Assert.Equal(750, (await node.GetAsync("/api/v1/offload/status")).Body.GetProperty("remaining_bytes").GetInt64());
        Assert.Equal(404, (await node.GetAsync($"/api/v1/offload/jobs/{new string('b', 32)}")).Status);
    }

    [Fact]
    public async Task The_queue_is_held_goes_on_and_is_tried_again()
    {
        node.OffloadAnswers = message => message switch
        {
            Pause pause => new UploadStatus(UploadQueue.Empty with { Paused = pause.Paused }, null, false, 0, null),
            RetryJobs => new Retried(3),
            _ => null,
        };
        Assert.True((await node.PostAsync("/api/v1/offload/pause", "{}")).Body.GetProperty("paused").GetBoolean());
        Assert.False((await node.PostAsync("/api/v1/offload/resume", "{}")).Body.GetProperty("paused").GetBoolean());
        Assert.Equal(3, (await node.PostAsync("/api/v1/offload/retry", "{}")).Body.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_said_with_what_to_look_at()
    {
        var (status, body) = await node.GetAsync("/api/v1/offload/server/health");
        Assert.Equal((503, false), (status, body.GetProperty("reachable").GetBoolean()));
        Assert.Contains("Rig:Offload:ServerUrl", body.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_server_and_the_automatisms_are_settings_but_no_secret_is()
    {
        var (_, config) = await node.GetAsync("/api/v1/config");
        Assert.Contains("server_url", config.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain("api_key", config.GetRawText(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(200, (await node.PostAsync("/api/v1/config", """{"offload":{"auto_upload":true,"retry_delay_sec":7}}""")).Status);
        Assert.Equal(400, (await node.PostAsync("/api/v1/config", """{"offload":{"retry_count":0}}""")).Status);
    }
}
