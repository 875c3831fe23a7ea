namespace Rig.CameraNode.Dashcam.Usb;

internal static class UsbPortProtocol
{
    internal sealed record SetPort(long Id, PortMode Mode);

    internal sealed record PortAnswered(long Id, PortAnswer Answer);
}

/// <summary>Carries out orders to the camera's port one after the other.</summary>
internal sealed class UsbPortActor : ReceiveActor, IWithUnboundedStash
{
    private readonly IUsbPort port;
    private readonly CancellationTokenSource stopping = new();

    public UsbPortActor(IUsbPort port)
    {
        this.port = port;
        Idle();
    }

    public IStash Stash { get; set; } = null!;

    internal static Props PropsOf(IUsbPort port) => Props.Create(() => new UsbPortActor(port));

    protected override void PostStop() => stopping.Cancel();

    private void Idle() => Receive<UsbPortProtocol.SetPort>(order =>
    {
        var asker = Sender;
        port.SetAsync(order.Mode, stopping.Token).PipeTo(
            Self, asker,
            success: answer => new UsbPortProtocol.PortAnswered(order.Id, answer),
            failure: cause => new UsbPortProtocol.PortAnswered(order.Id, new PortAnswer($"The camera's port cannot be switched: {cause.Message}")));
        Become(() => Working(asker));
    });

    private void Working(IActorRef asker)
    {
        Receive<UsbPortProtocol.PortAnswered>(answered =>
        {
            asker.Tell(answered);
            Become(Idle);
            Stash.UnstashAll();
        });

        // The machine gives one order at a time, and another only after the first was given up.
        ReceiveAny(_ => Stash.Stash());
    }
}
