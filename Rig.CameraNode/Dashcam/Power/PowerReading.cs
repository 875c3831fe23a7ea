namespace Rig.CameraNode.Dashcam.Power;

/// <param name="Percent">0 to 100.</param>
/// <param name="Mains">The UPS is fed from outside. Never whether the Pi runs, which it does whenever somebody asks.</param>
internal sealed record PowerReading(double Percent, bool Mains);

/// <summary>A reading, or one sentence that says why there is none.</summary>
internal sealed record PowerAnswer(PowerReading? Reading, string? Problem)
{
    internal static PowerAnswer Of(double percent, bool mains) =>
        double.IsFinite(percent) ? new(new PowerReading(Math.Clamp(percent, 0, 100), mains), null) : Unreadable("The battery's percentage is no number.");

    internal static PowerAnswer Unreadable(string problem) => new(null, problem);
}

/// <summary>Where battery and mains are read.</summary>
internal interface IPowerSource
{
    /// <summary>The program it needs; null where it reads files.</summary>
    string? Program { get; }

    Task<PowerAnswer> ReadAsync(CancellationToken cancellationToken);
}
