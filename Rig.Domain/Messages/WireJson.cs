using System.Text.Json.Serialization;

namespace Rig.Domain.Messages;

/// <summary>The JSON of every message that travels between nodes. Members are only ever added, and added ones are optional.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(NodeReport))]
[JsonSerializable(typeof(RecordingProtocol.GetReadiness))]
[JsonSerializable(typeof(RecordingProtocol.CameraReadiness))]
[JsonSerializable(typeof(RecordingProtocol.StartTake))]
[JsonSerializable(typeof(RecordingProtocol.TakeBegan))]
[JsonSerializable(typeof(RecordingProtocol.StopTake))]
[JsonSerializable(typeof(RecordingProtocol.TakeFinished))]
[JsonSerializable(typeof(RecordingProtocol.TakeRefused))]
[JsonSerializable(typeof(RecordingProtocol.GetNodeReport))]
[JsonSerializable(typeof(SessionProtocol.StartSession))]
[JsonSerializable(typeof(SessionProtocol.SessionStarted))]
[JsonSerializable(typeof(SessionProtocol.StopSession))]
[JsonSerializable(typeof(SessionProtocol.SessionStopped))]
[JsonSerializable(typeof(SessionProtocol.SessionRefused))]
[JsonSerializable(typeof(SessionProtocol.GetSessions))]
[JsonSerializable(typeof(SessionProtocol.SessionList))]
[JsonSerializable(typeof(SessionProtocol.RigView))]
[JsonSerializable(typeof(TimingProtocol.ReadMasterClock))]
[JsonSerializable(typeof(TimingProtocol.MasterClockRead))]
[JsonSerializable(typeof(TransferProtocol.GetFinishedTakes))]
[JsonSerializable(typeof(TransferProtocol.FinishedTakes))]
[JsonSerializable(typeof(MembershipProtocol.GetClusterView))]
[JsonSerializable(typeof(MembershipProtocol.ClusterView))]
[JsonSerializable(typeof(PipelineEvents.RunQueued))]
[JsonSerializable(typeof(PipelineEvents.StagePassed))]
[JsonSerializable(typeof(PipelineEvents.StageStopped))]
[JsonSerializable(typeof(PipelineEvents.StageRetried))]
[JsonSerializable(typeof(PipelineEvents.StageCancelled))]
[JsonSerializable(typeof(PipelineEvents.StageStarted))]
[JsonSerializable(typeof(PipelineEvents.StageFailed))]
[JsonSerializable(typeof(PipelineEvents.RunTakenOver))]
[JsonSerializable(typeof(FrameProtocol.AnalyseDevice))]
public sealed partial class WireJson : JsonSerializerContext;
