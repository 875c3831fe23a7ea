namespace Rig.Actors.Recording;

/// <summary>The node's own health as the machine reports it. Never waits; safe from any thread.</summary>
public interface ISensors
{
    SensorReading Read();
}

/// <param name="TemperatureC">Of the processor; null where the machine has no such sensor.</param>
/// <param name="Battery">Null without a battery.</param>
/// <param name="CpuPercent">Of all cores since the last reading.</param>
public sealed record SensorReading(
    double? TemperatureC,
    BatteryReading? Battery,
    double CpuPercent,
    double MemoryPercent,
    double MemoryAvailableMb);

public sealed record BatteryReading(double Percent, bool PowerPlugged);
