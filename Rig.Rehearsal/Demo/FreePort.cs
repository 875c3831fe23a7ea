using System.Net;
using System.Net.Sockets;

namespace Rig.Rehearsal.Demo;

/// <summary>
/// TCP ports of 127.0.0.1 for programs that are told theirs before they start, or that come back at the same one. They lie below 32768, where
/// Linux begins to take ports for outgoing connections (net.ipv4.ip_local_port_range): none of these takes one before its program is there.
/// </summary>
internal static class FreePort
{
    private const int First = 20_000;
    private const int Count = 12_000;

    // Another process begins elsewhere.
    private static int last = Environment.ProcessId * 61 % Count;

    /// <summary>A port that this process was not given before and that nobody listens on.</summary>
    /// <exception cref="InvalidOperationException">All of them are taken.</exception>
    public static int Next()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref last) % Count);
            // Bound and never listening: a copy that a program just being started still holds of it keeps nobody from the port.
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // The next one, then.
            }
        }

        throw new InvalidOperationException($"None of the ports {First} to {First + Count - 1} is free.");
    }
}
