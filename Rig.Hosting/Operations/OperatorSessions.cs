using System.Threading.RateLimiting;
using Rig.Domain.Operations;

namespace Rig.Hosting.Operations;

/// <summary>How a try to open a session ends.</summary>
public enum SessionAnswer
{
    Opened,
    WrongToken,
    TooManyWrongTokens,
}

/// <summary>Who has proven to know the token, and which request of his is the next. Everything is bounded: the oldest makes room.</summary>
public sealed class OperatorSessions(string token, TimeProvider time) : IDisposable
{
    public const int MaxChallenges = 32;
    public const int MaxSessions = 32;
    public const int MaxWrongTokensPerMinute = 10;

    public static readonly TimeSpan ChallengeLifetime = TimeSpan.FromSeconds(5);

    /// <summary>Without a request.</summary>
    public static readonly TimeSpan SessionLifetime = TimeSpan.FromMinutes(10);

    private readonly Lock gate = new();
    private readonly OrderedDictionary<string, DateTimeOffset> challenges = [];
    private readonly OrderedDictionary<string, OperatorSession> sessions = [];
    private readonly SlidingWindowRateLimiter failures = new(new() { PermitLimit = MaxWrongTokensPerMinute, Window = TimeSpan.FromMinutes(1), SegmentsPerWindow = 6 });

    /// <returns>A nonce, good for one <see cref="Open"/> within <see cref="ChallengeLifetime"/>.</returns>
    public string Challenge()
    {
        var nonce = OperatorProof.NewNonce();
        lock (gate)
        {
            MakeRoom(challenges, MaxChallenges);
            challenges[nonce] = time.GetUtcNow() + ChallengeLifetime;
        }

        return nonce;
    }

    /// <returns>And the program's own proof, once the operator has given his.</returns>
    public (SessionAnswer Answer, string? Proof) Open(OpenSession asked)
    {
        // Asks for none: only a wrong proof uses one up.
        if (!failures.AttemptAcquire(0).IsAcquired)
        {
            return (SessionAnswer.TooManyWrongTokens, null);
        }

        if (asked.Challenge is not { } challenge || !OperatorProof.IsNonce(asked.Nonce) || !TakeChallenge(challenge)
            || !OperatorProof.Matches(OperatorProof.OfOperator(token, challenge, asked.Nonce!), asked.Proof))
        {
            failures.AttemptAcquire();
            return (SessionAnswer.WrongToken, null);
        }

        lock (gate)
        {
            MakeRoom(sessions, MaxSessions);
            sessions[challenge] = new OperatorSession(OperatorProof.SessionKey(token, challenge, asked.Nonce!), 0, time.GetUtcNow() + SessionLifetime);
        }

        return (SessionAnswer.Opened, OperatorProof.OfNode(token, challenge, asked.Nonce!));
    }

    /// <summary>Admits a request once: its proof must be of an open session and its count higher than all before.</summary>
    /// <returns>The session's key; null for a request that may not run.</returns>
    public byte[]? Admit(OperatorAuthorization given, string method, string target, ReadOnlySpan<byte> body)
    {
        lock (gate)
        {
            if (!sessions.TryGetValue(given.Session, out var session) || session.Expires < time.GetUtcNow() || given.Count <= session.Count
                || !OperatorProof.Matches(OperatorProof.OfRequest(session.Key, given.Count, method, target, body), given.Proof))
            {
                return null;
            }

            // At the end again: the first of all is the one that was not used the longest.
            sessions.Remove(given.Session);
            sessions[given.Session] = session with { Count = given.Count, Expires = time.GetUtcNow() + SessionLifetime };
            return session.Key;
        }
    }

    public void Dispose() => failures.Dispose();

    private bool TakeChallenge(string nonce)
    {
        lock (gate)
        {
            return challenges.Remove(nonce, out var expires) && expires >= time.GetUtcNow();
        }
    }

    private static void MakeRoom<T>(OrderedDictionary<string, T> kept, int most)
    {
        if (kept.Count == most)
        {
            kept.RemoveAt(0);
        }
    }

    private sealed record OperatorSession(byte[] Key, long Count, DateTimeOffset Expires);
}
