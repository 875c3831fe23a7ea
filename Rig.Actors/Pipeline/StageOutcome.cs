namespace Rig.Actors.Pipeline;

/// <summary>What follows when a stage threw.</summary>
/// <param name="RetryAfter">Null: the operator has to act.</param>
public sealed record StageOutcome(string Error, TimeSpan? RetryAfter)
{
    private const int MaxErrorLength = 1000;

    /// <summary>
    /// A <see cref="StageFailedException"/> says that trying again is useless. Anything else may pass: a full disk, a killed child
    /// process, a lost connection.
    /// </summary>
    public static StageOutcome Of(Exception failure, int attempt, PipelineOptions options)
    {
        if (failure is StageFailedException)
        {
            return new StageOutcome(Cut(failure.Message), RetryAfter: null);
        }

        return attempt >= options.MaxAttempts
            ? new StageOutcome(Cut($"Failed {attempt} times, at last with: {failure.Message} See the server's log, then press Retry."), RetryAfter: null)
            : new StageOutcome(Cut(failure.Message), options.RetryDelay * Math.Pow(2, attempt - 1));
    }

    private static string Cut(string text) => text.Length <= MaxErrorLength ? text : text[..MaxErrorLength] + "...";
}
