using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rig.Hosting.Configuration;

namespace Rig.Tests.Hosting;

/// <summary>Settings under the keys of an earlier version.</summary>
public sealed class FormerNameTests
{
    [Fact]
    public void A_setting_under_its_former_key_still_holds() =>
        Assert.Equal(TimeSpan.FromSeconds(7), Read(("Rig:Example:AnswerPause", "00:00:07")).AnswerTimeout);

    [Fact]
    public void The_present_key_outranks_the_former_one() =>
        Assert.Equal(TimeSpan.FromSeconds(3), Read(("Rig:Example:AnswerPause", "00:00:07"), ("Rig:Example:AnswerTimeout", "00:00:03")).AnswerTimeout);

    [Fact]
    public void A_key_that_was_never_one_is_refused_beside_it()
    {
        var refused = Assert.Throws<OptionsValidationException>(() => Read(("Rig:Example:AnswerPauses", "00:00:07")));
        Assert.Contains("'Rig:Example:AnswerPauses' is no known key.", refused.Message, StringComparison.Ordinal);
    }

    private static ExampleOptions Read(params (string Key, string Value)[] settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)).Build());
        services.AddRigOptions<ExampleOptions>("Rig:Example");
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<ExampleOptions>>().Value;
    }

    private sealed class ExampleOptions
    {
        [FormerName("AnswerPause")]
        public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(1);
    }
}
