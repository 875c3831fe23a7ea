using System.Collections.Frozen;
using Microsoft.Extensions.Time.Testing;
using Rig.Viewer.Storage;
using Rig.Viewer.Watch.Delivery;

namespace Rig.Tests.Viewer.Delivery;

public sealed class MediaGrantsTests
{
    private static readonly PassHolder Holder = new(new string('a', 64), 7);
    private readonly FakeTimeProvider clock = new();
    private readonly ScriptedSource source = new();
    private readonly MediaGrants grants;

    public MediaGrantsTests() => grants = new MediaGrants(source, clock);

    [Fact]
    public async Task A_thousand_ranges_are_one_question()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.NotNull(await grants.FindAsync(Holder));
        }

        Assert.Equal(1, source.Questions);
    }

    [Fact]
    public async Task What_was_taken_away_in_the_database_is_gone_after_five_seconds()
    {
        await grants.FindAsync(Holder);
        source.Answer = null;

        clock.Advance(MediaGrants.RecheckAfter - TimeSpan.FromMilliseconds(1));
        Assert.NotNull(await grants.FindAsync(Holder));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await grants.FindAsync(Holder));
    }

    [Fact]
    public async Task What_the_program_itself_ends_is_gone_at_once()
    {
        foreach (var end in new Action[] { () => grants.ForgetSession(Holder.SessionId), () => grants.ForgetPerson(ScriptedSource.UserId), () => grants.ForgetGame(Holder.GameId) })
        {
            source.Answer = ScriptedSource.Yes;
            Assert.NotNull(await grants.FindAsync(Holder));
            source.Answer = null;
            end();
            Assert.Null(await grants.FindAsync(Holder));
        }
    }

    [Fact]
    public async Task Another_session_person_or_game_keeps_its_grant()
    {
        await grants.FindAsync(Holder);
        grants.ForgetSession(new string('b', 64));
        grants.ForgetPerson(ScriptedSource.UserId + 1);
        grants.ForgetGame(Holder.GameId + 1);
        await grants.FindAsync(Holder);

        Assert.Equal(1, source.Questions);
    }

    [Fact]
    public async Task A_no_is_not_remembered()
    {
        source.Answer = null;
        Assert.Null(await grants.FindAsync(Holder));
        source.Answer = ScriptedSource.Yes;
        Assert.NotNull(await grants.FindAsync(Holder));
    }

    [Fact]
    public async Task An_answer_from_before_the_end_of_a_session_is_not_remembered()
    {
        source.Held = new TaskCompletionSource();
        var asking = grants.FindAsync(Holder);
        grants.ForgetSession(Holder.SessionId);
        source.Held.SetResult();
        await asking;
        source.Held = null;
        source.Answer = null;

        Assert.Null(await grants.FindAsync(Holder));
    }

    [Fact]
    public async Task Many_at_once_wait_for_one_question()
    {
        source.Held = new TaskCompletionSource();
        var asking = Enumerable.Range(0, 50).Select(_ => grants.FindAsync(Holder)).ToList();
        source.Held.SetResult();

        Assert.All(await Task.WhenAll(asking), Assert.NotNull);
        Assert.Equal(1, source.Questions);
    }

    [Fact]
    public async Task A_database_that_fails_is_asked_again()
    {
        source.Failure = new InvalidOperationException("gone");
        await Assert.ThrowsAsync<InvalidOperationException>(() => grants.FindAsync(Holder));
        source.Failure = null;
        Assert.NotNull(await grants.FindAsync(Holder));
    }

    private sealed class ScriptedSource : IGrantSource
    {
        public const int UserId = 3;
        public static readonly MediaGrant Yes = new(UserId, "2026-11-21", new Dictionary<string, MediaFile>().ToFrozenDictionary());

        public MediaGrant? Answer { get; set; } = Yes;

        public Exception? Failure { get; set; }

        public TaskCompletionSource? Held { get; set; }

        public int Questions { get; private set; }

        public async Task<MediaGrant?> AskAsync(PassHolder holder, CancellationToken cancellationToken)
        {
            Questions++;
            var answer = Answer;
            if (Held is { } held)
            {
                await held.Task;
            }

            return Failure is { } failure ? throw failure : answer;
        }
    }
}
