using System.Runtime.CompilerServices;

namespace Rig.Engine.Dispatch;

/// <summary>
/// Where work runs that belongs to no actor: the thread pool, or, within a simulation, the simulated process that began it. So
/// that a simulation owns every order, nothing in the engine names the pool but by these.
/// </summary>
internal static class Background
{
    [ThreadStatic]
    private static TaskScheduler? _owner;

    /// <summary>Of the simulated process that runs on this thread; null outside a simulation.</summary>
    public static TaskScheduler? Owner
    {
        get => _owner;
        set => _owner = value;
    }

    public static Task Run(Func<Task> work) => _owner is { } owner
        ? Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, owner).Unwrap()
        : Task.Run(work);

    public static Task Run(Action work) => _owner is { } owner
        ? Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, owner)
        : Task.Run(work);

    /// <summary>Waits for something that must be done before anything else; in a simulation it must be done at once.</summary>
    public static void Wait(Func<Task> work) => (_owner is null ? Task.Run(work) : work()).GetAwaiter().GetResult();

    /// <summary>
    /// A task that ends when that one does, for <c>WaitAsync</c> and <c>Task.WhenAll</c>: of tasks that end asynchronously these
    /// hear by way of the thread pool.
    /// </summary>
    public static async Task Followed(this Task task) => await task.Detached();

    /// <summary>Goes on where work of no actor runs, instead of where the caller was.</summary>
    public static ConfiguredTaskAwaitable Detached(this Task task) => task.ConfigureAwait(_owner is not null);

    /// <inheritdoc cref="Detached(Task)"/>
    public static ConfiguredTaskAwaitable<T> Detached<T>(this Task<T> task) => task.ConfigureAwait(_owner is not null);
}
