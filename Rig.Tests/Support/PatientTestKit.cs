namespace Rig.Tests.Support;

/// <summary>The kit with bounds for a machine that is busy or stands still for a while: what a test expects mostly comes at once.</summary>
public abstract class PatientTestKit(string config = "") : TestKit(config + """

    akka.test {
      single-expect-default = 60s
      filter-leeway = 60s
      default-timeout = 60s
    }
    """);
