namespace Rig.Tests.Support;

/// <summary>The kit with bounds for a machine that is busy or stands still for a while: what a test expects mostly comes at once.</summary>
public abstract class PatientTestKit(string config = "") : TestKit(config + """

    akka.test {
      single-expect-default = 60s
      filter-leeway = 60s
      default-timeout = 60s
    }
    """)
{
    internal static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks often; the kit itself looks ten times in all, which with a patient timeout is once in six seconds.</summary>
    protected void AwaitCondition(Func<bool> condition, TimeSpan? timeout = null) => AwaitCondition(condition, timeout, LookInterval);
}
