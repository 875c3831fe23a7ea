namespace Rig.Actors.Membership;

/// <summary>What a member of the rig's cluster is there for.</summary>
public static class ClusterRoles
{
    /// <summary>Records, votes when the network breaks, and may host the session coordinator.</summary>
    public const string Camera = "camera";

    /// <summary>The camera whose clock is the rig's.</summary>
    public const string MasterClock = "center";

    /// <summary>Takes recordings in.</summary>
    public const string Ingest = "ingest";

    /// <summary>Works on sessions that came home.</summary>
    public const string Worker = "worker";
}
