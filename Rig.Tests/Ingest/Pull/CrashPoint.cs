using System.Diagnostics.CodeAnalysis;

namespace Rig.Tests.Ingest.Pull;

/// <summary>Where a process ends: its ports tell every step that they make, and one of them is the last.</summary>
internal abstract class CrashPoint
{
    /// <summary>Whether this step is the one. Then the caller leaves what a death in its midst leaves, and calls <see cref="Die"/>.</summary>
    public abstract bool Reaches(string step);

    [DoesNotReturn]
    public abstract void Die();

    public void Step(string step)
    {
        if (Reaches(step))
        {
            Die();
        }
    }

    public async Task<T> AroundAsync<T>(string step, Func<Task<T>> call)
    {
        Step(step);
        var result = await call();
        Step(step + " done");
        return result;
    }
}
