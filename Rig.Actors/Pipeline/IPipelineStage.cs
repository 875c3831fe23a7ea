using System.Text.Json.Nodes;
using Rig.Domain.Identity;
using Rig.Domain.Messages;
using Rig.Domain.Recordings;

namespace Rig.Actors.Pipeline;

/// <summary>
/// The work of one stage on one session. Every stage may be run again from the start at any time (a killed worker's work is taken
/// over): it reads what earlier stages left in the session's folder, writes its own results to temporary names and renames them
/// when they are whole.
/// </summary>
public interface IPipelineStage
{
    PipelineStage Stage { get; }

    /// <returns>The stage's figures, kept with the session and shown on the status page; snake_case names.</returns>
    /// <exception cref="StageFailedException">The session cannot pass this stage; the message is for the status page and says what to do.</exception>
    Task<JsonObject> RunAsync(StageContext context, IProgress<StageProgress> progress, CancellationToken cancellationToken);
}

/// <param name="SessionPath">The session's folder on the server; layout in docs/ref/server-storage.md.</param>
/// <param name="Takes">Verified takes, by camera (left to right) and take number.</param>
/// <param name="Results">What earlier stages returned, by stage.</param>
public sealed record StageContext(
    SessionId SessionId,
    string SessionPath,
    IReadOnlyList<TakeFile> Takes,
    IReadOnlyDictionary<PipelineStage, JsonObject> Results);

public sealed record TakeFile(TakeId Id, string VideoPath, Manifest Manifest);

/// <param name="Fraction">0 to 1.</param>
/// <param name="Message">What is being done, in words for the status page.</param>
public sealed record StageProgress(double Fraction, string Message);

public sealed class StageFailedException : Exception
{
    public StageFailedException(string message)
        : base(message)
    {
    }

    public StageFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
