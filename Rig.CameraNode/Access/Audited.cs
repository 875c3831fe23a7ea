namespace Rig.CameraNode.Access;

internal static class Audited
{
    /// <summary>Writes to the audit log once the route has done what was asked; a refusal is none of its lines.</summary>
    /// <param name="what">In the past tense; <c>{id}</c> and the like stand for parts of the path.</param>
    public static RouteHandlerBuilder Audits(this RouteHandlerBuilder route, string what) => route.AddEndpointFilter(async (call, next) =>
    {
        var answer = await next(call);
        if (answer is IStatusCodeHttpResult { StatusCode: >= StatusCodes.Status400BadRequest })
        {
            return answer;
        }

        var said = call.HttpContext.Request.RouteValues.Aggregate(what, (text, part) => text.Replace($"{{{part.Key}}}", $"{part.Value}", StringComparison.Ordinal));
        call.HttpContext.RequestServices.GetRequiredService<AuditLog>().Write(call.HttpContext.User, said);
        return answer;
    });
}
