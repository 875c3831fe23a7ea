using System.Text.Json.Nodes;

namespace Rig.Actors.Operations;

/// <summary>The newest dead letters of all actor systems of a process. Holds names only: what a message says may be private.</summary>
public sealed class DeadLetterBoard
{
    /// <summary>Further ones push out the oldest.</summary>
    public const int Capacity = 1000;

    private readonly Lock gate = new();
    private readonly Queue<Entry> entries = new();
    private long count;

    /// <summary>Lets the board hear of a system's dead letters.</summary>
    public void Attach(ActorSystem system, TimeProvider time)
    {
        var listener = system.ActorOf(Props.Create(() => new Listener(this, system.Name, time)), "dead-letters");
        system.EventStream.Subscribe(listener, typeof(DeadLetter));
        system.EventStream.Subscribe(listener, typeof(Dropped));
    }

    /// <summary>Newest first; <c>number</c> counts from the start of the process.</summary>
    public IReadOnlyList<JsonObject> Newest(int limit)
    {
        lock (gate)
        {
            return [.. entries.Reverse().Take(limit).Select(entry => new JsonObject
            {
                ["number"] = entry.Number,
                ["time"] = entry.Time,
                ["system"] = entry.System,
                ["message"] = entry.Message,
                ["recipient"] = entry.Recipient,
                ["sender"] = entry.Sender,
                ["reason"] = entry.Reason,
            })];
        }
    }

    private void Add(string system, DateTimeOffset time, AllDeadLetters letter)
    {
        lock (gate)
        {
            if (entries.Count == Capacity)
            {
                entries.Dequeue();
            }

            entries.Enqueue(new Entry(++count, time, system, letter.Message.GetType().Name, Path(letter.Recipient), Path(letter.Sender), (letter as Dropped)?.Reason));
        }
    }

    private static string? Path(IActorRef? actor) => actor?.Path.ToString();

    private sealed record Entry(long Number, DateTimeOffset Time, string System, string Message, string? Recipient, string? Sender, string? Reason);

    private sealed class Listener : ReceiveActor
    {
        public Listener(DeadLetterBoard board, string system, TimeProvider time) => Receive<AllDeadLetters>(letter => board.Add(system, time.GetUtcNow(), letter));
    }
}
