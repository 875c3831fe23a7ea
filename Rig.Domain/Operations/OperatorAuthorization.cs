using System.Globalization;

namespace Rig.Domain.Operations;

/// <summary>What a command's request says of who asks, after <see cref="OperatorProof.Scheme"/>: <c>session.count.proof</c>.</summary>
/// <param name="Session">The program's nonce of the session.</param>
public sealed record OperatorAuthorization(string Session, long Count, string Proof)
{
    public static bool TryParse(string? text, out OperatorAuthorization authorization)
    {
        authorization = null!;
        if (text?.Split('.') is not [var session, var count, var proof] || !OperatorProof.IsNonce(session)
            || !long.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        authorization = new OperatorAuthorization(session, number, proof);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Session}.{Count}.{Proof}");
}
