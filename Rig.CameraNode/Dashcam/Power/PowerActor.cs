namespace Rig.CameraNode.Dashcam.Power;

internal static class PowerProtocol
{
    internal sealed record ReadPower(long Id);

    internal sealed record PowerAnswered(long Id, PowerAnswer Answer);
}

/// <summary>Reads battery and mains. A reading that fails is tried once more before it counts.</summary>
internal sealed class PowerActor : ReceiveActor
{
    private readonly IPowerSource source;
    private readonly CancellationTokenSource stopping = new();

    public PowerActor(IPowerSource source)
    {
        this.source = source;
        Receive<PowerProtocol.ReadPower>(ask => ReadAsync().PipeTo(
            Sender, Self,
            success: answer => new PowerProtocol.PowerAnswered(ask.Id, answer),
            failure: cause => new PowerProtocol.PowerAnswered(ask.Id, PowerAnswer.Unreadable($"The battery cannot be read: {cause.Message}"))));
    }

    internal static Props PropsOf(IPowerSource source) => Props.Create(() => new PowerActor(source));

    protected override void PostStop() => stopping.Cancel();

    private async Task<PowerAnswer> ReadAsync()
    {
        var first = await source.ReadAsync(stopping.Token);
        return first.Reading is null ? await source.ReadAsync(stopping.Token) : first;
    }
}
