using System.Security.Cryptography;
using System.Text;

namespace Rig.Engine.Remote.Wire;

/// <summary>Opens a connection: who calls, whom it wants, which incarnation it is.</summary>
internal sealed record Hello(int ProtocolVersion, string From, string To, int Uid, byte[] Nonce);

/// <summary>The called side's answer: its incarnation, and the proof that it knows the cookie.</summary>
internal sealed record Challenge(int Uid, byte[] Nonce, byte[] Proof);

/// <summary>Why a connection was refused. Numbers are on the wire: only ever add.</summary>
internal enum RejectReason
{
    Protocol = 1,
    Version = 2,
    WrongAddress = 3,
    Cookie = 4,
    Quarantined = 5,
    ShuttingDown = 6,
}

/// <summary>
/// Hello, Challenge, Proof, Welcome: both sides prove that they know the same cookie by an HMAC over both nonces, addresses and incarnations,
/// so that the cookie itself never travels and a recorded exchange is of no use. No actor message is read before Welcome.
/// </summary>
internal static class Handshake
{
    public const int ProtocolVersion = 1;
    public const int NonceBytes = 16;

    /// <summary>Frames of the handshake are tiny; a stranger may not make this side buffer more.</summary>
    public const int MaxFrameBytes = 4096;

    public static byte[] NewNonce() => RandomNumberGenerator.GetBytes(NonceBytes);

    public static byte[] CalledProof(string cookie, Hello hello, int calledUid, byte[] calledNonce) => Sign(cookie, "called", hello, calledUid, calledNonce);

    public static byte[] CallerProof(string cookie, Hello hello, Challenge challenge) => Sign(cookie, "caller", hello, challenge.Uid, challenge.Nonce);

    public static bool SameProof(byte[] expected, byte[] given) => CryptographicOperations.FixedTimeEquals(expected, given);

    public static byte[] Encode(Hello hello) =>
        new WireWriter().Int32(hello.ProtocolVersion).String(hello.From).String(hello.To).Int32(hello.Uid).Bytes(hello.Nonce).ToArray();

    public static Hello DecodeHello(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        // Only the version is fixed for all time: what follows belongs to it.
        var version = reader.Int32();
        if (version != ProtocolVersion)
            return new Hello(version, "", "", 0, []);
        var hello = new Hello(version, reader.String(), reader.String(), reader.Int32(), Nonce(ref reader));
        reader.End();
        return hello;
    }

    public static byte[] Encode(Challenge challenge) =>
        new WireWriter().Int32(challenge.Uid).Bytes(challenge.Nonce).Bytes(challenge.Proof).ToArray();

    public static Challenge DecodeChallenge(ReadOnlySpan<byte> body)
    {
        var reader = new WireReader(body);
        var challenge = new Challenge(reader.Int32(), Nonce(ref reader), reader.Bytes().ToArray());
        reader.End();
        return challenge;
    }

    public static byte[] Encode(RejectReason reason) => new WireWriter().Int32((int)reason).ToArray();

    public static RejectReason DecodeReject(ReadOnlySpan<byte> body)
    {
        var reason = (RejectReason)new WireReader(body).Int32();
        return Enum.IsDefined(reason) ? reason : RejectReason.Protocol;
    }

    private static byte[] Nonce(ref WireReader reader)
    {
        var nonce = reader.Bytes().ToArray();
        return nonce.Length == NonceBytes ? nonce : throw new WireFormatException($"A nonce of {nonce.Length} bytes; {NonceBytes} are expected.");
    }

    private static byte[] Sign(string cookie, string side, Hello hello, int calledUid, byte[] calledNonce)
    {
        var text = new WireWriter().String(side).Bytes(Encode(hello)).Int32(calledUid).Bytes(calledNonce);
        return HMACSHA256.HashData(Encoding.UTF8.GetBytes(cookie), text.WrittenSpan);
    }
}
