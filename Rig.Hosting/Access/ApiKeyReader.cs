using Microsoft.AspNetCore.Http;

namespace Rig.Hosting.Access;

/// <summary>A program with one of the configured keys brings recordings.</summary>
public sealed class ApiKeyReader(ApiKeys keys) : ICallerReader
{
    public ValueTask<Caller?> ReadAsync(HttpContext context) => new(keys.AreShownBy(context.Request) ? new Caller("a program with the key", Roles.Uploader) : null);
}
