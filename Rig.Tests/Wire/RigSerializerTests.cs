using System.Runtime.Serialization;
using System.Text;
using System.Text.Json.Nodes;
using Rig.Actors.Wire;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;
using Rig.Tests.Support;

namespace Rig.Tests.Wire;

/// <summary>
/// One golden file a message, in <c>Goldens/</c>: what a node of that version really sent. A golden is never edited; a new member
/// gets a new sample beside the old one. <c>RIG_WRITE_GOLDENS=1</c> writes the files that are missing.
/// </summary>
public sealed class RigSerializerTests
{
    private static readonly RigSerializer Serializer = new(null!);
    private static readonly DateTimeOffset At = new(2026, 11, 21, 14, 0, 0, 123, TimeSpan.Zero);
    private static readonly SessionId Session = SessionId.Parse("GAME_20261121_140000");
    private static readonly TakeId Recording = new(Session, CameraId.Left, 2);
    private static readonly CameraId[] Cameras = [CameraId.Left, CameraId.Center];
    private static readonly Problem Hot = new(ProblemCodes.TooHot, ProblemLevel.Warn, "The box is warm (78 °C). Shade would help.");

    private static readonly RecordingProtocol.TakeFinished Finished = new(
        Recording, "/v/x.mp4", "/m/x.json", 61.25, 1837, 1, 123456789, "0011223344556677889900112233445566778899001122334455667788990011", TakeEndReason.Stopped);

    private static readonly NodeReport Report = new(
        CameraId.Left, "http://192.168.1.101:8080", NodePhase.Recording,
        new TakeReport(Recording, At, At.AddMilliseconds(0.4), Cameras, 12.5, 375, 0, 9876543), SessionId.Parse("Earlier"), [Hot],
        new NodeClockReport(-0.42, SyncConfidence.Excellent, false), new NodeStorageReport(123456789012, 321.5, 2, 987654321, 3), true, 51.5, 87,
        new LastProblem("The camera was restarted.", At), At);

    private static readonly SessionProtocol.SessionView View = new(
        Session, SessionPhase.Completed, At, At.AddHours(1), 0.8,
        [new SessionProtocol.SessionCamera(CameraId.Left, CameraPart.Stopped, Recording, At.AddMilliseconds(0.4), null, [Finished])]);

    private static readonly object[] Samples =
    [
        Report,
        new RecordingProtocol.GetReadiness(Session),
        new RecordingProtocol.CameraReadiness(CameraId.Left, true, false, [Hot]),
        new RecordingProtocol.StartTake(Session, At, Cameras, Continues: true),
        new RecordingProtocol.TakeBegan(Recording, At.AddMilliseconds(0.4), At, "/v/x.mp4"),
        new RecordingProtocol.StopTake(Session, At),
        Finished,
        new RecordingProtocol.TakeRefused(CameraId.Left, ProblemCodes.TooHot, "No.", [Hot]),
        new RecordingProtocol.GetNodeReport(),
        new SessionProtocol.StartSession("r1", Session),
        new SessionProtocol.SessionStarted(View),
        new SessionProtocol.StopSession("r2"),
        new SessionProtocol.SessionStopped(View),
        new SessionProtocol.SessionRefused(ProblemCodes.NotReady, "No camera is ready.", [new SessionProtocol.CameraProblem(CameraId.Left, ProblemCodes.TooHot, "Hot.")]),
        new SessionProtocol.GetSessions(),
        new SessionProtocol.SessionList([View]),
        new SessionProtocol.RigView(At, View, [new SessionProtocol.CameraView(CameraId.Left, true, Report, 120.5), new SessionProtocol.CameraView(CameraId.Right, false, null, null)], ["CAM_R is not there."]),
        new TimingProtocol.ReadMasterClock(At),
        new TimingProtocol.MasterClockRead(At, At.AddMilliseconds(1), At.AddMilliseconds(2)),
        new TransferProtocol.GetFinishedTakes(),
        new FrameProtocol.AnalyseDevice("shelf-1"),
        new TransferProtocol.FinishedTakes("CAM_L", "http://192.168.1.101:8080", [new TransferProtocol.FinishedTake(Recording.ToString(), Session.Value, "CAM_L", 2, 123, Finished.Sha256)]),
        new MembershipProtocol.GetClusterView(),
        new MembershipProtocol.ClusterView([new MembershipProtocol.ClusterMember("akka.tcp://rig@192.168.1.101:4053", 123456789, Votes: true)]),
        new PipelineEvents.RunQueued(Session, 2, QueueReason.Complete, [Recording, new TakeId(Session, CameraId.Right, 1)], At),
        new PipelineEvents.StagePassed(Session, 2, PipelineStage.Stitched, At),
        new PipelineEvents.StageStopped(Session, 2, PipelineStage.Detected, "There is no pitch to be seen.", At),
        new PipelineEvents.StageRetried(Session, 2, PipelineStage.Detected, At),
        new PipelineEvents.StageCancelled(Session, 2, PipelineStage.Stitched, "anna", At),
        new PipelineEvents.StagePassed(Session, 2, PipelineStage.Stitched, At, new JsonObject { ["width"] = 2880, ["parts"] = new JsonArray("a", "b") }),
        new PipelineEvents.StageStarted(Session, 2, PipelineStage.Stitched, 3, "home:4711/0123456789abcdef", At),
        new PipelineEvents.StageFailed(Session, 2, PipelineStage.Stitched, "No space left on device", At.AddSeconds(10), At),
        new PipelineEvents.RunTakenOver(
            Session, 2, QueueReason.Quiet, [Recording], 1,
            [
                new PipelineEvents.StageTakenOver(PipelineStage.Aligned, true, 1, new JsonObject { ["rms"] = 0.5 }, null, At, At.AddSeconds(3)),
                new PipelineEvents.StageTakenOver(PipelineStage.Stitched, false, 3, null, "No space left on device", At, null),
            ],
            At, At.AddHours(1)),
    ];

    private static string Folder { get; } = Checkout.File("Rig.Tests/Wire/Goldens");

    /// <summary>Manifest and version: the samples of one manifest, in their order above.</summary>
    public static TheoryData<string, int> Versions
    {
        get
        {
            var versions = new TheoryData<string, int>();
            foreach (var samples in Samples.GroupBy(Serializer.Manifest).OrderBy(samples => samples.Key, StringComparer.Ordinal))
            {
                for (var version = 1; version <= samples.Count(); version++)
                {
                    versions.Add(samples.Key, version);
                }
            }

            return versions;
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void What_an_earlier_version_sent_still_reads_the_same(string manifest, int version)
    {
        var sample = Samples.Where(s => Serializer.Manifest(s) == manifest).ElementAt(version - 1);
        var path = Path.Combine(Folder, $"{manifest}.v{version}.json");
        if (!File.Exists(path) && Environment.GetEnvironmentVariable("RIG_WRITE_GOLDENS") == "1")
        {
            File.WriteAllBytes(path, Serializer.ToBinary(sample));
        }

        Assert.True(File.Exists(path), $"Message '{manifest}' has no golden file. Run the tests once with RIG_WRITE_GOLDENS=1 and commit it.");
        var read = Serializer.FromBinary(File.ReadAllBytes(path), manifest);
        if (sample is PipelineEvents.StagePassed { Result: not null } or PipelineEvents.RunTakenOver)
        {
            // A stage's figures are JSON nodes, which know their parents and are equal by their text.
            Assert.Equal((sample.GetType(), Encoding.UTF8.GetString(Serializer.ToBinary(sample))), (read.GetType(), Encoding.UTF8.GetString(Serializer.ToBinary(read))));
            return;
        }

        Assert.Equivalent(sample, read, strict: true);
    }

    [Fact]
    public void Every_message_that_travels_has_a_name_on_the_wire_and_a_sample()
    {
        var messages = typeof(IRigMessage).Assembly.GetTypes().Where(t => t.IsClass && t.IsAssignableTo(typeof(IRigMessage))).ToHashSet();
        Assert.Equal(messages, RigSerializer.Messages.Values.Select(m => m.Type).ToHashSet());
        Assert.Equal(messages, Samples.Select(s => s.GetType()).ToHashSet());
    }

    [Fact]
    public void An_unknown_name_and_an_unknown_object_are_refused()
    {
        Assert.Throws<SerializationException>(() => Serializer.FromBinary("{}"u8.ToArray(), "zz"));
        Assert.Throws<SerializationException>(() => Serializer.FromBinary("{}"u8.ToArray(), "Rig.Actors.Sessions.SessionProtocol+StopSession, Rig.Actors"));
        Assert.Throws<SerializationException>(() => Serializer.Manifest("text"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"session_id":"../x","start_at_master":"2026-11-21T14:00:00Z","session_cameras":[]}""")]
    [InlineData("""{"session_id":"Final","start_at_master":"soon","session_cameras":[]}""")]
    [InlineData("""{"session_id":"Final","start_at_master":"2026-11-21T14:00:00Z","session_cameras":null}""")]
    public void Broken_bytes_are_refused_with_one_kind_of_error(string json) =>
        Assert.Throws<SerializationException>(() => Serializer.FromBinary(Encoding.UTF8.GetBytes(json), "ts"));

    [Fact]
    public void Members_that_a_newer_version_added_are_passed_over() =>
        Assert.Equal(new SessionProtocol.StopSession("r"), Serializer.FromBinary("""{"request_id":"r","tomorrow":{"a":[1]}}"""u8.ToArray(), "sp"));
}
