using Rig.Engine.Actor;
using Rig.Engine.Configuration;

namespace Rig.Engine.TestKit;

/// <summary>The keys under <c>akka.test</c>.</summary>
public class TestKitSettings(Config config) : IExtension
{
    public TimeSpan DefaultTimeout { get; } = config.GetTimeSpan("akka.test.default-timeout", TimeSpan.FromSeconds(5));

    public TimeSpan SingleExpectDefault { get; } = config.GetTimeSpan("akka.test.single-expect-default", TimeSpan.FromSeconds(3));

    /// <summary>How long an event filter waits for the events it expects.</summary>
    public TimeSpan TestEventFilterLeeway { get; } = config.GetTimeSpan("akka.test.filter-leeway", TimeSpan.FromSeconds(3));

    /// <summary>How long silence is watched when the test names no time.</summary>
    internal TimeSpan ExpectNoMessageDefault { get; } = config.GetTimeSpan("akka.test.expect-no-message-default", TimeSpan.FromMilliseconds(100));

    public double TestTimeFactor { get; } = config.GetDouble("akka.test.timefactor", 1);
}
