using System.Diagnostics;
using Rig.Tests.Support;

namespace Rig.Tests.Membership;

/// <summary>What a test does with one node from another.</summary>
internal static class AcrossNodes
{
    public static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(30);

    public static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    /// <summary>The actor of one system as another sees it; asks again when a question is lost.</summary>
    public static async Task<IActorRef> FindAsync(ActorSystem from, ActorSystem at, string path)
    {
        var selection = from.ActorSelection(new RootActorPath(AddressOf(at)) / path.Split('/'));
        var timeout = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await selection.ResolveOne(TimeSpan.FromMilliseconds(400));
            }
            catch (Exception) when (timeout.Elapsed < WaitLimit)
            {
                await RealTime.PassAsync(TimeSpan.FromMilliseconds(20));
            }
        }
    }

    public static Task EventuallyAsync(Func<bool> condition, string what) => Eventually.HoldsAsync(condition, () => $"It was to come true that {what}.", WaitLimit);
}
