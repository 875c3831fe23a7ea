namespace Rig.CameraNode.Clock;

/// <summary>
/// chrony's configuration on a rig's nodes (chrony.conf(5)). The centre camera serves time to the others, from the internet where
/// there is some and from its own crystal on a field without; the others follow it alone.
/// </summary>
internal static class ChronyConfig
{
    private const string Common = """
        driftfile /var/lib/chrony/chrony.drift
        rtcsync

        """;

    internal const string Master = """
        # The rig's clock. Written by 'rig-node chrony-config'; changes are lost when it is written again.
        pool pool.ntp.org iburst maxsources 4
        allow 10.0.0.0/8
        allow 172.16.0.0/12
        allow 192.168.0.0/16
        # Without the internet this node's own clock is what the others follow.
        local stratum 10
        makestep 1.0 3

        """ + Common;

    /// <param name="master">Host name or address of the centre camera.</param>
    internal static string Client(string master) => $"""
        # Follows the rig's clock. Written by 'rig-node chrony-config'; changes are lost when it is written again.
        # Polls of 1 to 16 s: the rig is switched on minutes before a match.
        server {master} iburst prefer minpoll 0 maxpoll 4
        makestep 0.1 3

        """ + Common;
}
