using Rig.Engine.Remote;
using Rig.Engine.Remote.Wire;

namespace Rig.Tests.Engine.Embedded.Remote;

public sealed class SystemDeliveryTests
{
    [Fact]
    public void Over_connections_that_break_at_random_every_message_arrives_once_and_in_order()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var outbox = new SystemOutbox<int>(capacity: 100);
            var inbox = new SystemInbox();
            var arrived = new List<int>();
            var next = 0;
            while (arrived.Count < 50)
            {
                outbox.Rewind();
                var breaksAfter = random.Next(0, 12);
                for (var step = 0; step < breaksAfter; step++)
                {
                    if (next < 50 && random.Next(2) == 0)
                        Assert.True(outbox.TryAdd(next++));
                    foreach (var (sequence, message) in outbox.TakeUnsent())
                    {
                        // The connection may break between the frames of one batch.
                        if (random.Next(10) == 0)
                            goto broken;
                        if (inbox.Accept(sequence))
                            arrived.Add(message);
                    }
                    if (random.Next(3) > 0)
                        Assert.True(outbox.Acknowledge(inbox.Delivered));
                }
            broken:;
            }

            Assert.True(Enumerable.Range(0, 50).SequenceEqual(arrived), $"seed {seed}");
        }
    }

    [Fact]
    public void A_full_outbox_refuses_and_another_incarnation_starts_from_one()
    {
        var outbox = new SystemOutbox<string>(capacity: 2);
        Assert.True(outbox.TryAdd("a"));
        Assert.True(outbox.TryAdd("b"));
        Assert.False(outbox.TryAdd("c"));

        Assert.Equal(["a", "b"], outbox.Reset());
        Assert.True(outbox.TryAdd("d"));
        Assert.Equal([(1L, "d")], outbox.TakeUnsent());
    }

    [Fact]
    public void Acknowledging_what_was_never_sent_and_skipping_a_number_are_faults_of_the_peer()
    {
        var outbox = new SystemOutbox<string>(capacity: 2);
        outbox.TryAdd("a");
        Assert.False(outbox.Acknowledge(1));
        outbox.TakeUnsent();
        Assert.True(outbox.Acknowledge(1));

        Assert.Throws<WireFormatException>(() => new SystemInbox().Accept(2));
    }
}
