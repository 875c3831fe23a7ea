using System.Globalization;
using Rig.CameraNode.Dashcam.Config;
using Rig.CameraNode.Dashcam.Processes;

namespace Rig.CameraNode.Dashcam.Power;

/// <summary>The source that the configuration names.</summary>
internal static class PowerSourceReaders
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    internal static IPowerSource Of(DashcamConfig config, IProcesses processes) => config.Power.Source switch
    {
        PowerSources.BatteryInfo => new Printed(processes, config.Power.BatteryInfo, [], text => BatteryInfoJson.Parse(text, config.Power.MainsMillivolts)),
        PowerSources.PowerSupply => new PowerSupplyFiles(Path.Combine(config.Rehearsal.SysRoot, "class/power_supply")),
        PowerSources.Nut => new Printed(processes, "upsc", [config.Power.NutUps], NutText.Parse),
        _ => new Printed(processes, "lifepo4wered-cli", ["get"], text => Lifepo4weredText.Parse(text, config.Power.MainsMillivolts)),
    };

    private sealed class Printed(IProcesses processes, string program, IReadOnlyList<string> arguments, Func<string, PowerAnswer> parse) : IPowerSource
    {
        public string? Program => program;

        public async Task<PowerAnswer> ReadAsync(CancellationToken cancellationToken)
        {
            var result = await processes.RunAsync(new ProgramCall(program, arguments, Timeout), cancellationToken);
            return result.Succeeded ? parse(result.Output) : PowerAnswer.Unreadable(result.Problem!);
        }
    }

    /// <summary>Batteries and mains supplies that the kernel has a driver for.</summary>
    private sealed class PowerSupplyFiles(string folder) : IPowerSource
    {
        public string? Program => null;

        public Task<PowerAnswer> ReadAsync(CancellationToken cancellationToken)
        {
            try
            {
                return Task.FromResult(Read());
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Task.FromResult(PowerAnswer.Unreadable($"{folder} cannot be read: {e.Message}"));
            }
        }

        private PowerAnswer Read()
        {
            double? percent = null;
            bool? mains = null;
            string[] supplies = Directory.Exists(folder) ? [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)] : [];
            foreach (var supply in supplies)
            {
                var type = Text(supply, "type");
                if (type == "Battery" && Text(supply, "scope") != "Device" && percent is null)
                {
                    percent = double.TryParse(Text(supply, "capacity"), CultureInfo.InvariantCulture, out var value) ? value : null;
                    // A battery without a supply beside it tells by what it does.
                    mains = Text(supply, "status") switch { "Charging" or "Full" or "Not charging" => true, "Discharging" => mains ?? false, _ => mains };
                }
                else if (type is "Mains" or "USB" && Text(supply, "online") is { } online)
                {
                    mains = online == "1" || mains == true;
                }
            }

            return percent is null ? PowerAnswer.Unreadable($"{folder} has no battery with a capacity.")
                : mains is null ? PowerAnswer.Unreadable($"{folder} does not tell whether mains is there.")
                : PowerAnswer.Of(percent.Value, mains.Value);
        }

        private static string? Text(string supply, string name) => File.Exists(Path.Combine(supply, name)) ? File.ReadAllText(Path.Combine(supply, name)).Trim() : null;
    }
}
