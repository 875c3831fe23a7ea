using Rig.Domain.Identity;
using Rig.Domain.Messages;

namespace Rig.Ingest.Pull;

/// <summary>What is said to the pull actor (<c>/user/pull</c>) of this server.</summary>
public static class PullProtocol
{
    /// <summary>A member of the cluster answered; an unreachable one is simply silent.</summary>
    public sealed record MemberListed(TransferProtocol.FinishedTakes Listing);

    /// <summary>Interrupts what is being fetched and starts nothing; kept over restarts. Answer: <see cref="PauseChanged"/> or <see cref="PauseRefused"/>.</summary>
    public sealed record Pause;

    /// <summary>Answer: <see cref="PauseChanged"/> or <see cref="PauseRefused"/>.</summary>
    public sealed record Resume;

    public sealed record PauseChanged(bool Paused);

    /// <param name="Reason">A sentence for the operator.</param>
    public sealed record PauseRefused(string Reason);

    /// <summary>Takes that failed are tried now. Answer: <see cref="Retrying"/>.</summary>
    /// <param name="Only">Null is all of them.</param>
    public sealed record RetryFailed(TakeId? Only);

    /// <param name="Takes">How many that failed were waiting.</param>
    public sealed record Retrying(int Takes);
}
