namespace Rig.Engine;

/// <summary>The materialised value of what has none.</summary>
public sealed class NotUsed
{
    public static readonly NotUsed Instance = new();

    private NotUsed()
    {
    }

    public override string ToString() => "NotUsed";
}
