using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Rig.Hosting.Configuration;

/// <summary>
/// Binds a program's settings, the sections under <c>Rig</c>. A key or section there that nothing of the program reads stops the
/// start: who misspells a setting must not believe that it holds.
/// </summary>
public static class RigOptions
{
    private const string Root = "Rig";

    /// <param name="section">From the root, such as <c>Rig:Storage</c>.</param>
    public static OptionsBuilder<T> AddRigOptions<T>(this IServiceCollection services, string section)
        where T : class
    {
        services.AddRigKey(section);
        services.AddSingleton<IValidateOptions<T>>(provider => new KeyCheck<T>(
            () => OptionKeys.Unknown(provider.GetRequiredService<IConfiguration>().GetSection(section), typeof(T))));
        services.AddSingleton<IConfigureOptions<T>>(provider => new FormerNames<T>(provider.GetRequiredService<IConfiguration>().GetSection(section)));
        return services.AddOptions<T>().BindConfiguration(section).ValidateOnStart();
    }

    /// <summary>For a section or a list that is read without an options class.</summary>
    public static IServiceCollection AddRigKey(this IServiceCollection services, string key)
    {
        services.AddSingleton(new KnownKey(key));
        services.TryAddSingleton<IValidateOptions<Sections>>(provider => new KeyCheck<Sections>(() => OptionKeys.Unknown(
            provider.GetRequiredService<IConfiguration>().GetSection(Root).GetChildren(), Keys(provider))));
        services.AddOptions<Sections>().ValidateOnStart();
        return services;
    }

    /// <summary>Every section and key under <c>Rig</c> that the program reads.</summary>
    public static IReadOnlyList<string> Keys(IServiceProvider services) => [.. services.GetServices<KnownKey>().Select(known => known.Key).Distinct()];

    /// <summary>What is wrong with the configuration where that kept a program from starting; null where it was something else.</summary>
    public static string? Refusal(Exception failure) => failure switch
    {
        OptionsValidationException refused => string.Join(' ', refused.Failures),
        AggregateException all when all.InnerExceptions.All(one => Refusal(one) is not null) => string.Join(' ', all.InnerExceptions.Select(Refusal)),

        // The binder's own: a value that is no number, and the like.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } unreadable => unreadable.Message,
        _ => null,
    };

    private sealed class Sections;

    private sealed record KnownKey(string Key);

    private sealed class KeyCheck<T>(Func<IEnumerable<string>> unknown) : IValidateOptions<T>
        where T : class
    {
        public ValidateOptionsResult Validate(string? name, T options) =>
            unknown().ToList() is { Count: > 0 } found ? ValidateOptionsResult.Fail(found) : ValidateOptionsResult.Success;
    }
}
