using Microsoft.Extensions.Options;

namespace Rig.Tests.Support;

/// <summary>Options that a test changes while they are in use.</summary>
internal sealed class ScriptedOptions<T>(T value) : IOptionsMonitor<T>
{
    public T CurrentValue { get; set; } = value;

    public T Get(string? name) => CurrentValue;

    public IDisposable? OnChange(Action<T, string?> listener) => null;
}
