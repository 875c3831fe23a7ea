using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Ingest.Status;

namespace Rig.Ingest.Api;

/// <summary>Every record that a route answers with.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UploadReply))]
[JsonSerializable(typeof(ConfirmReply))]
[JsonSerializable(typeof(UploadProblemReply))]
[JsonSerializable(typeof(ChunkedBeginReply))]
[JsonSerializable(typeof(ChunkReply))]
[JsonSerializable(typeof(ChunkedStatusReply))]
[JsonSerializable(typeof(LegacyOkReply))]
[JsonSerializable(typeof(LegacySessionReply))]
[JsonSerializable(typeof(IReadOnlyList<LegacySessionItem>))]
[JsonSerializable(typeof(HealthReply))]
[JsonSerializable(typeof(OffloadStatusReply))]
[JsonSerializable(typeof(PausedReply))]
[JsonSerializable(typeof(RetryingReply))]
[JsonSerializable(typeof(VerificationReply))]
[JsonSerializable(typeof(SessionListView))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(HistoryListView))]
[JsonSerializable(typeof(SessionAcceptedReply))]
[JsonSerializable(typeof(ServerView))]
[JsonSerializable(typeof(SignInReply))]
[JsonSerializable(typeof(AccountReply))]
internal sealed partial class IngestJson : JsonSerializerContext;

internal static class IngestJsonSetup
{
    public static IServiceCollection AddIngestJson(this IServiceCollection services) => services.ConfigureHttpJsonOptions(options =>
    {
        options.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        // Numbers are numbers, here and in the document: the default would also call them texts.
        options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        options.SerializerOptions.TypeInfoResolverChain.Insert(0, IngestJson.Default);
    });
}
