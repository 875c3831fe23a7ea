using Rig.CameraNode.Dashcam.Power;

namespace Rig.Tests.Dashcam;

public sealed class PowerTextTests
{
    [Theory]
    [InlineData(3.70, 100)]
    [InlineData(3.65, 100)]
    [InlineData(3.649, 95)]
    [InlineData(3.60, 95)]
    [InlineData(3.50, 80)]
    [InlineData(3.35, 50)]
    [InlineData(3.349, 40)]
    [InlineData(3.25, 30)]
    [InlineData(3.20, 20)]
    [InlineData(3.10, 10)]
    [InlineData(3.0, 5)]
    public void The_cells_voltage_becomes_a_percentage_by_the_predecessors_curve(double volts, double percent) => Assert.Equal(percent, Lifepo4weredText.Percent(volts));

    [Fact]
    public void Mains_is_the_input_at_its_threshold_and_never_that_the_Pi_runs()
    {
        Assert.Equal(new PowerReading(95, false), Lifepo4weredText.Parse("VIN = 4497\nVBAT = 3600\nVIN_THRESHOLD = 4498\nPI_RUNNING = 1\n", 4498).Reading);
        Assert.Equal(new PowerReading(95, true), Lifepo4weredText.Parse("VIN = 4498\nVBAT = 3600\nVIN_THRESHOLD = 4498\nPI_RUNNING = 1\n", 4498).Reading);
        Assert.Equal(new PowerReading(95, false), Lifepo4weredText.Parse("VIN = 4600\nVBAT = 3600\n", 4700).Reading);
    }

    [Fact]
    public void The_batterys_offset_counts() => Assert.Equal(50, Lifepo4weredText.Parse("VIN = 0\nVBAT = 3300\nVBAT_OFFSET = 50\n", 4498).Reading!.Percent);

    [Theory]
    [InlineData("")]
    [InlineData("VBAT = 3300\n")]
    [InlineData("VIN = 0\nVBAT = \n")]
    [InlineData("VIN = 0\nVBAT = 0\n")]
    [InlineData("VIN = 0\nVBAT = 65535\n")]
    [InlineData("I2C error")]
    public void A_text_without_a_battery_is_unreadable(string text) => Assert.NotNull(Lifepo4weredText.Parse(text, 4498).Problem);

    [Theory]
    [InlineData("""{"battery_percent": 61, "input_voltage": 5.02, "pi_running": 1}""", 61, true)]
    [InlineData("""{"battery_percent": 61, "input_voltage": 5020}""", 61, true)]
    [InlineData("""{"battery_percent": 61.5, "input_voltage": 0.012, "pi_running": 1}""", 61.5, false)]
    public void The_predecessors_JSON_is_read(string json, double percent, bool mains) =>
        Assert.Equal(new PowerReading(percent, mains), BatteryInfoJson.Parse(json, 4498).Reading);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"battery_percent": null, "input_voltage": 5}""")]
    [InlineData("""{"battery_percent": "61", "input_voltage": 5}""")]
    [InlineData("""{"battery_percent": 161, "input_voltage": 5}""")]
    [InlineData("""{"battery_percent": 61, "pi_running": 1}""")]
    [InlineData("lifepo4wered-cli: not found")]
    public void A_JSON_without_battery_or_mains_is_unreadable(string json) => Assert.NotNull(BatteryInfoJson.Parse(json, 4498).Problem);

    [Theory]
    [InlineData("battery.charge: 77\nups.status: OL CHRG\n", true)]
    [InlineData("battery.charge: 77\nups.status: OB DISCHRG\n", false)]
    public void NUT_is_read(string text, bool mains) => Assert.Equal(new PowerReading(77, mains), NutText.Parse(text).Reading);

    [Theory]
    [InlineData("Error: Data stale")]
    [InlineData("battery.charge: 77\n")]
    [InlineData("ups.status: OL\n")]
    public void A_NUT_that_tells_nothing_is_unreadable(string text) => Assert.NotNull(NutText.Parse(text).Problem);
}
