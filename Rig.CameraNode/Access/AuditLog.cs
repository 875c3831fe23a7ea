using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using Rig.Hosting.Access;
using Rig.Hosting.Files;

namespace Rig.CameraNode.Access;

/// <summary>Something that a person or a machine changed on this node.</summary>
/// <param name="Who">Device or machine, by name; never a secret.</param>
/// <param name="Role">The highest that it had.</param>
/// <param name="What">Such as <c>changed offload.server_url</c>.</param>
/// <param name="Before">Null where there is no earlier value, or where it is a secret.</param>
internal sealed record AuditEntry(DateTimeOffset At, string Who, string Role, string What, string? Before = null, string? After = null);

/// <summary>
/// Who changed what and when: one JSON object a line in <c>access/audit.jsonl</c>, which only the node's user may read. When it grows
/// too long the older half goes.
/// </summary>
internal sealed class AuditLog(string folder, TimeProvider time, ILogger log)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const int MaxBytes = 512 * 1024;

    private readonly string path = Path.Combine(folder, "audit.jsonl");
    private readonly Lock gate = new();

    public void Write(ClaimsPrincipal who, string what, string? before = null, string? after = null) =>
        Write(who.Identity?.Name ?? "somebody", new[] { Roles.Owner, Roles.Operator, Roles.Server, Roles.Node }.FirstOrDefault(who.IsInRole) ?? "", what, before, after);

    /// <summary>What could not be written is in the program's own log, too.</summary>
    public void Write(string who, string role, string what, string? before = null, string? after = null)
    {
        var entry = new AuditEntry(time.GetUtcNow(), who, role, what, before, after);
        log.LogInformation("{Who} ({Role}): {What}", who, role, what);
        lock (gate)
        {
            try
            {
                Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
                Shorten();
                using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, UnixCreateMode = OwnerOnly });
                file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, AuditJson.Default.AuditEntry), (byte)'\n']);
                file.Flush(flushToDisk: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                log.LogError(e, "The audit log could not be written");
            }
        }
    }

    /// <param name="count">At most so many, newest first. A torn last line, as a power cut leaves it, is left out.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public IReadOnlyList<AuditEntry> Read(int count)
    {
        lock (gate)
        {
            return File.Exists(path) ? [.. File.ReadLines(path).Reverse().Select(Parse).OfType<AuditEntry>().Take(count)] : [];
        }
    }

    private static AuditEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, AuditJson.Default.AuditEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Shorten()
    {
        if (File.Exists(path) && new FileInfo(path).Length > MaxBytes)
        {
            var lines = File.ReadAllLines(path);
            DurableFile.Write(path, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines[(lines.Length / 2)..]) + "\n"), OwnerOnly);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AuditEntry))]
internal sealed partial class AuditJson : JsonSerializerContext;
