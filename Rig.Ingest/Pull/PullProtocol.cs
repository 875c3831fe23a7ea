using Rig.Actors.Transfer;

namespace Rig.Ingest.Pull;

/// <summary>What is said to the pull actor (<c>/user/pull</c>) of this server.</summary>
public static class PullProtocol
{
    /// <summary>A member of the cluster answered; an unreachable one is simply silent.</summary>
    public sealed record MemberListed(TransferProtocol.FinishedTakes Listing);
}
