using Rig.Simulation.Platform;

namespace Rig.Simulation.World;

/// <summary>
/// Runs a world as a work item of the thread pool, which has one worker: what actors leave to the pool (an Ask's continuation, PipeTo,
/// Task.Run) waits until the world lets it pass, and then runs before the world's next step.
/// </summary>
/// <remarks>The scenario's own thread and the pool's take turns; while the scenario runs, the worker waits, and nothing passes.</remarks>
/// <param name="slice">Runs until the pool has work (false) or the run is over (true).</param>
/// <param name="chance">What Akka.NET draws on the pool's thread.</param>
internal sealed class PoolThread(Func<bool> slice, Random chance) : IThreadPoolWorkItem, IDisposable
{
    private readonly SemaphoreSlim begun = new(0);
    private readonly SemaphoreSlim over = new(0);
    private Thread? worker;
    private Exception? failure;
    private bool inPool;
    private bool running;
    private bool ended;

    /// <summary>Whether the caller may touch the world: the worker, or the scenario while the worker waits.</summary>
    public bool IsCurrent => !running || Thread.CurrentThread == worker;

    public void RunToEnd()
    {
        running = true;
        if (inPool)
        {
            begun.Release();
        }
        else
        {
            inPool = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        over.Wait();
        running = false;
        if (failure is { } cause)
        {
            throw new InvalidOperationException(cause.Message, cause);
        }
    }

    public void Dispose()
    {
        ended = true;
        begun.Release();
        over.Wait();
        AkkaStatics.ForgetSystems();
        begun.Dispose();
        over.Dispose();
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (worker != Thread.CurrentThread)
        {
            worker = Thread.CurrentThread;
            AkkaStatics.Use(chance);
        }

        while (true)
        {
            try
            {
                if (!slice())
                {
                    ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                    return;
                }
            }
            catch (Exception e)
            {
                failure = e;
            }

            over.Release();
            begun.Wait();
            if (ended)
            {
                AkkaStatics.ForgetSystems();
                over.Release();
                return;
            }
        }
    }
}
