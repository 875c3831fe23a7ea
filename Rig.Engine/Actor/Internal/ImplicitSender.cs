namespace Rig.Engine.Actor;

/// <summary>Who tells when a test tells: its test actor, for as long as the test's flow of control goes on.</summary>
internal static class ImplicitSender
{
    private static readonly AsyncLocal<IActorRef?> Flow = new();

    // Production code never pays for the look into the flow.
    private static volatile bool _isUsed;

    public static IActorRef? Current
    {
        get => _isUsed ? Flow.Value : null;
        set
        {
            _isUsed = true;
            Flow.Value = value;
        }
    }
}
