using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Rig.Tests.Ingest.Pull;

namespace Rig.Tests.Faults.HandOver;

/// <summary>SIGKILL of the own process at a step that the test names over standard input: <c>arm COUNT STEP</c>.</summary>
internal sealed class ArmedCrash : CrashPoint
{
    private volatile Arming? arming;

    public override bool Reaches(string step) => arming is { } armed && armed.Step == step && Interlocked.Decrement(ref armed.Left) == 0;

    [DoesNotReturn]
    public override void Die()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
        throw new UnreachableException();
    }

    /// <summary>Follows the test's orders until it is gone, and then ends too: no process is left behind.</summary>
    /// <param name="order">Takes every other line.</param>
    public void Listen(Action<string> order) => new Thread(() =>
    {
        while (Console.In.ReadLine() is { } line)
        {
            if (line.Split(' ', 3) is ["arm", var count, var step])
            {
                arming = new Arming(step) { Left = int.Parse(count, CultureInfo.InvariantCulture) };
            }
            else
            {
                order(line);
            }
        }

        Environment.Exit(3);
    })
    { IsBackground = true }.Start();

    private sealed class Arming(string step)
    {
        public int Left;

        public string Step => step;
    }
}
