namespace Rig.Engine;

/// <summary>The result of an operation that has none but its completion.</summary>
public sealed class Done
{
    public static readonly Done Instance = new();

    private Done()
    {
    }
}
