using Rig.Engine.Dispatch;

namespace Rig.Tests.Engine.Embedded;

public sealed class MessageChunkTests
{
    [Fact]
    public void A_sender_that_saw_an_earlier_life_of_a_chunk_cannot_claim_in_the_present_one()
    {
        var chunk = MessageChunk.Create(MessageChunk.Length);
        var seenInEarlierLives = new HashSet<long>();
        for (var life = 0; life < 3; life++)
        {
            Assert.Equal(0, chunk.Claimed);
            for (var place = 0; place < MessageChunk.Length; place++)
            {
                // What a sender compares with before it claims: never what one read before.
                Assert.True(seenInEarlierLives.Add(chunk.Claims));
                chunk.Claims++;
                Assert.Equal(place + 1, chunk.Claimed);
            }

            chunk.BeginNextLife();
        }
    }

    [Fact]
    public void A_chunk_that_is_given_back_serves_again_and_follows_nothing()
    {
        var chunk = MessageChunkPool.Rent();
        var next = MessageChunkPool.Rent();
        Assert.NotSame(chunk, next);
        chunk.Next = next;
        MessageChunkPool.Return(chunk);

        var again = MessageChunkPool.Rent();
        Assert.Same(chunk, again);
        Assert.Null(again.Next);
        MessageChunkPool.Return(again);
    }
}
