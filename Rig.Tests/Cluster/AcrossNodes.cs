using System.Collections.Concurrent;
using System.Diagnostics;
using Rig.Tests.Support;

namespace Rig.Tests.Cluster;

/// <summary>What a test does with one node from another, on either engine.</summary>
internal static class AcrossNodes
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    /// <summary>The actor of one system as another sees it; asks again when a question is lost.</summary>
    public static async Task<IActorRef> FindAsync(ActorSystem from, ActorSystem at, string path)
    {
        var selection = from.ActorSelection(new RootActorPath(AddressOf(at)) / path.Split('/'));
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await selection.ResolveOne(TimeSpan.FromMilliseconds(400));
            }
            catch (Exception) when (patience.Elapsed < Patience)
            {
                await RealTime.PassAsync(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    /// <summary>Watches from an actor of that system; returns when the watch is in force, with the task of its end.</summary>
    public static async Task<Task<Terminated>> WatchAsync(ActorSystem system, IActorRef watched)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<Terminated>(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorOf(Props.Create(() => new Watcher(watched, ready, ended)));
        await ready.Task.WaitAsync(Patience);
        return ended.Task;
    }

    public static Task EventuallyAsync(Func<bool> condition, string what) => Eventually.HoldsAsync(condition, () => $"It was to come true that {what}.", Patience);
}

/// <summary>Keeps what it is told, and answers text in capitals.</summary>
internal sealed class Listener : ReceiveActor
{
    public Listener(ConcurrentQueue<object> heard) => ReceiveAny(message =>
    {
        heard.Enqueue(message);
        if (message is string text)
            Sender.Tell(text.ToUpperInvariant());
    });
}

/// <summary>Watches one actor and completes with its end. An identity that was asked for after the watch shows that the watch has arrived.</summary>
internal sealed class Watcher : ReceiveActor
{
    public Watcher(IActorRef watched, TaskCompletionSource ready, TaskCompletionSource<Terminated> ended)
    {
        Context.Watch(watched);
        watched.Tell(new Identify("watched?"));
        Receive<ActorIdentity>(_ => ready.TrySetResult());
        Receive<Terminated>(gone => ended.TrySetResult(gone));
    }
}
