using System.Text.Json.Nodes;
using Rig.Domain.Recordings;

namespace Rig.CameraNode.Api;

internal static class ProblemJson
{
    public static JsonArray ToJson(this IEnumerable<Problem> problems) => new([.. problems.Select(p => (JsonNode)p.ToJson())]);

    public static JsonObject ToJson(this Problem problem) => new()
    {
        ["code"] = problem.Code,
        ["level"] = problem.Level == ProblemLevel.Refuse ? "refuse" : "warn",
        ["message"] = problem.Message,
    };
}
