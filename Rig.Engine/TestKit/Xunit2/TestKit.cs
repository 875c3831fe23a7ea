using Rig.Engine.Actor;
using Rig.Engine.Actor.Setup;
using Rig.Engine.Configuration;
using Rig.Engine.Event;

namespace Rig.Engine.TestKit.Xunit2;

/// <summary>
/// Base of an xunit test class: one actor system for each test, ended afterwards. The output helper is taken as an
/// object, so that the engine does not depend on xunit; anything with a WriteLine(string) will do.
/// </summary>
public class TestKit : TestKitBase, IDisposable
{
    private bool _isDisposed;

    public TestKit(ActorSystem? system = null, object? output = null)
        : base(system, null, null, null) => Begin(output);

    public TestKit(ActorSystemSetup config, string? actorSystemName = null, object? output = null)
        : base(null, config, actorSystemName, null) => Begin(output);

    public TestKit(Config config, string? actorSystemName = null, object? output = null)
        : base(null, ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(config)), actorSystemName, null) => Begin(output);

    public TestKit(string config, object? output = null)
        : this(ConfigurationFactory.ParseString(config), null, output)
    {
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs after each test, before the system ends.</summary>
    protected virtual void AfterAll()
    {
    }

    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _isDisposed)
            return;
        _isDisposed = true;
        ImplicitSender.Current = null;
        try
        {
            AfterAll();
        }
        finally
        {
            if (OwnsSystem)
                Shutdown();
            else
                Sys.Stop(TestActor);
            DisposeQueue();
        }
    }

    private void Begin(object? output)
    {
        ImplicitSender.Current = TestActor;
        if (output?.GetType().GetMethod("WriteLine", [typeof(string)]) is { } writeLine)
            TestOutputLogger.Start(Sys, writeLine.CreateDelegate<Action<string>>(output));
    }
}

/// <summary>Shows the log beside the test's result.</summary>
internal sealed class TestOutputLogger(Action<string> writeLine) : ActorBase
{
    public static void Start(ActorSystem system, Action<string> writeLine)
    {
        var logger = ((ExtendedActorSystem)system).SystemActorOf(
            Props.Create(typeof(TestOutputLogger), () => new TestOutputLogger(writeLine)), "testOutput");
        system.EventStream.Subscribe(logger, typeof(LogEvent));
    }

    protected override bool Receive(object message)
    {
        try
        {
            writeLine(message.ToString()!);
        }
        catch (InvalidOperationException)
        {
            // xunit takes no output after the test's end.
        }

        return true;
    }
}
