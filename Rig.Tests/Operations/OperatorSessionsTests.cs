using Microsoft.Extensions.Time.Testing;
using Rig.Domain.Operations;
using Rig.Hosting.Operations;

namespace Rig.Tests.Operations;

public sealed class OperatorSessionsTests : IDisposable
{
    private const string Token = "a token of the test's own";
    private const string Target = Rig.Domain.Operations.OperationsHttp.Root + "/jobs";

    private readonly FakeTimeProvider time = new();
    private readonly OperatorSessions sessions;

    public OperatorSessionsTests() => sessions = new OperatorSessions(Token, time);

    public void Dispose() => sessions.Dispose();

    [Fact]
    public void A_request_is_admitted_once_and_only_as_it_was_signed()
    {
        var (id, key) = Open();
        Assert.NotNull(Admit(id, key, 1));
        Assert.Null(Admit(id, key, 1));
        Assert.NotNull(Admit(id, key, 7));
        Assert.Null(Admit(id, key, 6));
        var proof = OperatorProof.OfRequest(key, 8, "GET", Target, []);
        Assert.Null(sessions.Admit(new(id, 8, proof), "POST", Target, []));
        Assert.Null(sessions.Admit(new(id, 8, proof), "GET", Target + "?x=1", []));
        Assert.Null(sessions.Admit(new(id, 8, proof), "GET", Target, "x"u8));
        Assert.Null(sessions.Admit(new(id, 9, proof), "GET", Target, []));
        Assert.NotNull(sessions.Admit(new(id, 8, proof), "GET", Target, []));
    }

    [Fact]
    public void A_challenge_is_good_for_one_try_and_a_few_seconds()
    {
        var challenge = sessions.Challenge();
        Assert.Equal(SessionAnswer.WrongToken, Try(challenge, "wrong"));
        Assert.Equal(SessionAnswer.WrongToken, Try(challenge, Token));

        challenge = sessions.Challenge();
        time.Advance(OperatorSessions.ChallengeLifetime + TimeSpan.FromSeconds(1));
        Assert.Equal(SessionAnswer.WrongToken, Try(challenge, Token));
        Assert.Equal(SessionAnswer.WrongToken, Try(OperatorProof.NewNonce(), Token));
        Assert.Equal(SessionAnswer.Opened, Try(sessions.Challenge(), Token));
    }

    [Fact]
    public void A_session_ends_when_it_was_not_used_for_long()
    {
        var (id, key) = Open();
        time.Advance(OperatorSessions.SessionLifetime - TimeSpan.FromSeconds(1));
        Assert.NotNull(Admit(id, key, 1));
        time.Advance(OperatorSessions.SessionLifetime - TimeSpan.FromSeconds(1));
        Assert.NotNull(Admit(id, key, 2));
        time.Advance(OperatorSessions.SessionLifetime + TimeSpan.FromSeconds(1));
        Assert.Null(Admit(id, key, 3));
    }

    [Fact]
    public void Sessions_are_bounded_and_the_one_that_was_not_used_the_longest_makes_room()
    {
        var (used, unused) = (Open(), Open());
        for (var more = 2; more < OperatorSessions.MaxSessions; more++)
        {
            Open();
        }

        Assert.NotNull(Admit(used.Id, used.Key, 1));
        Open();
        Assert.NotNull(Admit(used.Id, used.Key, 2));
        Assert.Null(Admit(unused.Id, unused.Key, 1));
    }

    [Fact]
    public void Challenges_are_bounded()
    {
        var oldest = sessions.Challenge();
        for (var more = 0; more < OperatorSessions.MaxChallenges; more++)
        {
            sessions.Challenge();
        }

        Assert.Equal(SessionAnswer.WrongToken, Try(oldest, Token));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.-1.00")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.1")]
    [InlineData("0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef.1.00")]
    public void Only_an_authorization_of_its_form_is_read(string? text) => Assert.False(OperatorAuthorization.TryParse(text, out _));

    private (string Id, byte[] Key) Open()
    {
        var (challenge, nonce) = (sessions.Challenge(), OperatorProof.NewNonce());
        var (answer, proof) = sessions.Open(new OpenSession(challenge, nonce, OperatorProof.OfOperator(Token, challenge, nonce)));
        Assert.Equal(SessionAnswer.Opened, answer);
        Assert.Equal(OperatorProof.OfNode(Token, challenge, nonce), proof);
        return (challenge, OperatorProof.SessionKey(Token, challenge, nonce));
    }

    private SessionAnswer Try(string challenge, string token)
    {
        var nonce = OperatorProof.NewNonce();
        return sessions.Open(new OpenSession(challenge, nonce, OperatorProof.OfOperator(token, challenge, nonce))).Answer;
    }

    private byte[]? Admit(string id, byte[] key, long count) => sessions.Admit(new(id, count, OperatorProof.OfRequest(key, count, "GET", Target, [])), "GET", Target, []);
}
