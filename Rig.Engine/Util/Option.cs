namespace Rig.Engine.Util;

/// <summary>A value or none.</summary>
public readonly struct Option<T>
{
    public static readonly Option<T> None;

    private Option(T value)
    {
        Value = value;
        HasValue = value is not null;
    }

    public bool HasValue { get; }

    public bool IsEmpty => !HasValue;

    public T Value { get; }

    public T GetOrElse(T fallbackValue) => HasValue ? Value : fallbackValue;

    /// <summary>Null is none.</summary>
    public static implicit operator Option<T>(T value) => new(value);

    public override string ToString() => HasValue ? $"Some<{Value}>" : "None";
}
