using System.Text.Json.Serialization;
using Rig.CameraNode.Dashcam.Running;

namespace Rig.CameraNode.Commands;

/// <summary>What <c>rig-node dashcam status --json</c> prints.</summary>
/// <param name="Status">Null where none was ever written.</param>
internal sealed record DashcamStatusAnswer(bool Running, DashcamStatus? Status);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DashcamStatusAnswer))]
internal sealed partial class DashcamStatusAnswerJson : JsonSerializerContext;
