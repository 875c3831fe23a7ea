using System.Collections.Concurrent;
using System.Collections.Frozen;
using Rig.Viewer.Storage;

namespace Rig.Viewer.Watch.Delivery;

/// <summary>What one session may fetch of one game.</summary>
internal sealed record MediaGrant(int UserId, string DownloadPrefix, FrozenDictionary<string, MediaFile> Files);

/// <summary>Asks the database whether a session may watch a game.</summary>
internal interface IGrantSource
{
    /// <returns>Null when the session is over or its person does not see the game.</returns>
    Task<MediaGrant?> AskAsync(PassHolder holder, CancellationToken cancellationToken);
}

/// <summary>
/// Remembers for some seconds who may fetch what, so that a video of thousands of ranges asks the database once in a while and not
/// at every range. What this program itself ends (a session, a person's access, a game's old version) is gone at once; what is
/// changed in the database behind its back, after <see cref="RecheckAfter"/>.
/// </summary>
internal sealed class MediaGrants(IGrantSource source, TimeProvider clock)
{
    public static readonly TimeSpan RecheckAfter = TimeSpan.FromSeconds(5);

    /// <summary>Far more than watch at once; beyond it, all are asked for again.</summary>
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<PassHolder, Entry> entries = new();

    /// <summary>At most one question at a time for each session and game; whoever comes meanwhile waits for its answer.</summary>
    public async Task<MediaGrant?> FindAsync(PassHolder holder)
    {
        while (true)
        {
            if (entries.TryGetValue(holder, out var known))
            {
                if (!known.Answer.IsCompletedSuccessfully || clock.GetElapsedTime(known.AskedAt) < RecheckAfter)
                {
                    return await known.Answer;
                }

                entries.TryRemove(new KeyValuePair<PassHolder, Entry>(holder, known));
            }

            if (entries.Count >= MaxRemembered)
            {
                entries.Clear();
            }

            var answer = new TaskCompletionSource<MediaGrant?>(TaskCreationOptions.RunContinuationsAsynchronously);
            var entry = new Entry(clock.GetTimestamp(), answer.Task);
            if (entries.TryAdd(holder, entry))
            {
                await AskAsync(holder, entry, answer);
                return await answer.Task;
            }
        }
    }

    public void ForgetSession(string sessionId) => Forget((holder, _) => holder.SessionId == sessionId);

    public void ForgetPerson(int userId) => Forget((_, grant) => grant is null || grant.UserId == userId);

    public void ForgetGame(int gameId) => Forget((holder, _) => holder.GameId == gameId);

    private async Task AskAsync(PassHolder holder, Entry entry, TaskCompletionSource<MediaGrant?> answer)
    {
        try
        {
            // Not one request's to cancel: others wait for it.
            var grant = await source.AskAsync(holder, CancellationToken.None);
            if (grant is null)
            {
                // A refusal is never remembered: whoever was let in now is let in now.
                entries.TryRemove(new KeyValuePair<PassHolder, Entry>(holder, entry));
            }

            answer.SetResult(grant);
        }
        catch (Exception e)
        {
            entries.TryRemove(new KeyValuePair<PassHolder, Entry>(holder, entry));
            answer.SetException(e);
        }
    }

    private void Forget(Func<PassHolder, MediaGrant?, bool> which)
    {
        foreach (var entry in entries)
        {
            // One that is still being asked for may have been answered from before the change.
            if (which(entry.Key, entry.Value.Answer.IsCompletedSuccessfully ? entry.Value.Answer.Result : null))
            {
                entries.TryRemove(entry);
            }
        }
    }

    private sealed record Entry(long AskedAt, Task<MediaGrant?> Answer);
}
