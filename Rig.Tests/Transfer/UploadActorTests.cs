using Akka.Actor.Dsl;
using Rig.Actors.Recording;
using Rig.Actors.Transfer;
using Rig.Domain.Identity;
using Rig.Tests.Support;
using static Rig.Actors.Transfer.UploadProtocol;

namespace Rig.Tests.Transfer;

public sealed class UploadActorTests : PatientTestKit
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TakeId Left = new(SessionId.Parse("Final"), CameraId.Left);

    private readonly ScriptedCatalogue catalogue = new();
    private readonly ScriptedOffload server = new();
    private readonly UploadOptions options = new() { RetryDelaySec = 0 };
    private volatile bool recording;
    private int jobs;

    [Fact]
    public void A_take_is_offloaded_once_the_servers_confirmation_is_kept_here()
    {
        catalogue.Seal(Left);
        var actor = Start();
        actor.Tell(new UploadTakes(Left.SessionId, null), TestActor);
        Assert.Single(ExpectMsg<Queued>(Timeout).Jobs);
        AwaitJob(actor, UploadJobStatus.Completed);
        Assert.NotNull(catalogue.Find(Left)!.ConfirmedAt);
    }

    [Fact]
    public void A_confirmation_of_other_bytes_offloads_nothing_and_is_tried_five_times()
    {
        catalogue.Seal(Left);
        server.Answer = (_, _, _) => Task.FromResult<SendOutcome>(new SendOutcome.Confirmed(new string('0', 64), "{}"));
        var actor = Start();
        actor.Tell(new UploadTakes(null, null), TestActor);
        ExpectMsg<Queued>(Timeout);
        var job = AwaitJob(actor, UploadJobStatus.Failed);
        Assert.Equal(5, job.Attempts);
        Assert.Contains(new string('0', 64), job.Error!, StringComparison.Ordinal);
        Assert.Null(catalogue.Find(Left)!.ConfirmedAt);
        Assert.Equal(5, server.Sent.Count);
    }

    [Fact]
    public void The_answer_to_an_upload_waits_until_the_queue_is_on_disk()
    {
        catalogue.Seal(Left);
        server.Answer = (_, _, ct) => Never(ct);
        var actor = Start();
        actor.Tell(new UploadTakes(null, null), TestActor);
        var job = Assert.Single(ExpectMsg<Queued>(Timeout).Jobs);
        Assert.NotNull(server.Kept.Find(job.JobId));
    }

    [Fact]
    public void A_queue_that_cannot_be_kept_still_offloads()
    {
        catalogue.Seal(Left);
        server.SaveFails = new IOException("full");
        var actor = Start();
        actor.Tell(new UploadTakes(null, null), TestActor);
        ExpectMsg<Queued>(Timeout);
        AwaitJob(actor, UploadJobStatus.Completed);
    }

    [Fact]
    public async Task Nothing_is_sent_while_a_recording_runs_and_the_transfer_goes_on_after_it()
    {
        catalogue.Seal(Left);
        var begun = new TaskCompletionSource();
        server.Answer = (_, _, ct) =>
        {
            begun.TrySetResult();
            return Never(ct);
        };
        var actor = Start();
        actor.Tell(new UploadTakes(null, null), TestActor);
        ExpectMsg<Queued>(Timeout);
        await begun.Task.WaitAsync(Timeout);

        recording = true;
        var held = AwaitStatus(actor, s => s is { Active: null, WaitsForRecording: true });
        Assert.Equal((UploadJobStatus.Pending, 0), (held.Queue.Jobs[0].Status, held.Queue.Jobs[0].Attempts));

        server.Answer = (take, _, _) => Task.FromResult<SendOutcome>(new SendOutcome.Confirmed(take.Sha256, "{}"));
        recording = false;
        AwaitJob(actor, UploadJobStatus.Completed);
    }

    [Fact]
    public void A_paused_queue_holds_over_a_restart_and_resumes_when_told()
    {
        catalogue.Seal(Left);
        var actor = Start();
        actor.Tell(new Pause(true), TestActor);
        Assert.True(ExpectMsg<UploadStatus>(Timeout).Queue.Paused);
        actor.Tell(new UploadTakes(null, null), TestActor);
        ExpectMsg<Queued>(Timeout);
        Watch(actor);
        Sys.Stop(actor);
        ExpectTerminated(actor, Timeout);

        actor = Start();
        actor.Tell(new GetStatus(), TestActor);
        var status = ExpectMsg<UploadStatus>(Timeout);
        Assert.True(status.Queue.Paused);
        Assert.Empty(server.Sent);
        Assert.Equal(catalogue.Find(Left)!.SizeBytes, status.RemainingBytes);
        actor.Tell(new Pause(false), TestActor);
        ExpectMsg<UploadStatus>(Timeout);
        AwaitJob(actor, UploadJobStatus.Completed);
    }

    [Fact]
    public void What_ran_when_the_node_died_is_taken_up_again()
    {
        var entry = catalogue.Seal(Left);
        server.Save(UploadQueue.Empty.Enqueue(Left, entry.SizeBytes, "old", TimeProvider.System.GetUtcNow()).Queue.Begin("old", TimeProvider.System.GetUtcNow()));
        var job = AwaitJob(Start(), UploadJobStatus.Completed);
        Assert.Equal(("old", 1), (job.JobId, job.Attempts));
    }

    [Fact]
    public void A_take_is_pushed_when_its_recording_stops_if_so_configured()
    {
        options.UploadOnRecordStop = true;
        catalogue.Seal(Left);
        var actor = Start();
        actor.Tell(new GetStatus(), TestActor);
        Assert.Empty(ExpectMsg<UploadStatus>(Timeout).Queue.Jobs);
        catalogue.Seal(Left with { Take = 2 });
        Assert.Equal(Left with { Take = 2 }, AwaitJob(actor, UploadJobStatus.Completed).TakeId);
        Assert.Equal([Left with { Take = 2 }], server.Sent);
    }

    [Fact]
    public void Auto_upload_pushes_whatever_no_server_has_confirmed()
    {
        options.AutoUpload = true;
        catalogue.Seal(Left);
        var done = catalogue.Seal(Left with { Take = 2 });
        catalogue.Confirm(done.Id);
        AwaitJob(Start(), UploadJobStatus.Completed);
        Assert.Equal([Left], server.Sent);
    }

    [Fact]
    public void A_refused_take_stays_refused_until_somebody_asks_again()
    {
        options.AutoUpload = true;
        catalogue.Seal(Left);
        server.Answer = (_, _, _) => Task.FromResult<SendOutcome>(new SendOutcome.Failed("unknown camera", false));
        var actor = Start();
        Assert.Equal((1, "unknown camera"), AwaitJob(actor, UploadJobStatus.Failed) is var job ? (job.Attempts, job.Error) : default);
        server.Answer = (take, _, _) => Task.FromResult<SendOutcome>(new SendOutcome.Confirmed(take.Sha256, "{}"));
        actor.Tell(new RetryJobs(null), TestActor);
        Assert.Equal(1, ExpectMsg<Retried>(Timeout).Count);
        AwaitJob(actor, UploadJobStatus.Completed);
    }

    [Fact]
    public void What_a_server_pulled_in_the_meantime_is_not_sent_again()
    {
        var entry = catalogue.Seal(Left);
        recording = true;
        var actor = Start();
        actor.Tell(new UploadTakes(null, null), TestActor);
        ExpectMsg<Queued>(Timeout);
        catalogue.Confirm(Left);
        recording = false;
        AwaitJob(actor, UploadJobStatus.Completed);
        Assert.Empty(server.Sent);
    }

    [Fact]
    public void A_take_that_was_deleted_fails_with_its_name_and_others_go_on()
    {
        var entry = catalogue.Seal(Left);
        recording = true;
        var actor = Start();
        catalogue.Seal(Left with { Take = 2 });
        actor.Tell(new UploadTakes(null, null), TestActor);
        Assert.Equal(2, ExpectMsg<Queued>(Timeout).Jobs.Count);
        catalogue.Confirm(Left);
        Assert.True(catalogue.Delete(Left));
        recording = false;
        Assert.Contains("Final_CAM_L", AwaitJob(actor, UploadJobStatus.Failed).Error!, StringComparison.Ordinal);
        Assert.Equal(Left with { Take = 2 }, AwaitJob(actor, UploadJobStatus.Completed).TakeId);
    }

    private static async Task<SendOutcome> Never(CancellationToken cancellationToken)
    {
        await RealTime.NeverAsync(cancellationToken);
        throw new InvalidOperationException("Never ends by itself.");
    }

    private IActorRef Start()
    {
        var registry = ActorRegistry.For(Sys);
        if (!registry.TryGet<CameraActor>(out _))
        {
            registry.Register<CameraActor>(Sys.ActorOf(actor => actor.Receive<StorageProtocol.IStorageRequest>((ask, context) => context.Sender.Tell(catalogue.Answer(ask)))));
        }

        return Sys.ActorOf(UploadActor.PropsOf(
            new UploadActorPorts(
                server, catalogue.Published, server, () => options, () => recording, () => $"job{Interlocked.Increment(ref jobs)}", TimeProvider.System),
            new RequiredActor<CameraActor>(registry)));
    }

    private UploadJob AwaitJob(IActorRef actor, UploadJobStatus wanted) =>
        AwaitStatus(actor, s => s.Queue.Jobs.Exists(j => j.Status == wanted)).Queue.Jobs.Find(j => j.Status == wanted)!;

    private UploadStatus AwaitStatus(IActorRef actor, Func<UploadStatus, bool> wanted)
    {
        UploadStatus? status = null;
        AwaitCondition(
            () =>
            {
                actor.Tell(new GetStatus(), TestActor);
                return wanted(status = ExpectMsg<UploadStatus>(Timeout));
            },
            Timeout);
        return status!;
    }
}
