namespace Rig.Engine.Configuration.Hocon;

/// <summary>A value of a HOCON tree. Trees are immutable once parsed; merging makes new ones and shares what it can.</summary>
internal abstract record HoconNode;

internal sealed record HoconObject(IReadOnlyDictionary<string, HoconNode> Fields) : HoconNode
{
    public static readonly HoconObject Empty = new(new Dictionary<string, HoconNode>());

    /// <summary>This object's fields win; objects on both sides are merged.</summary>
    public HoconObject Over(HoconObject below)
    {
        if (Fields.Count == 0)
            return below;
        // Keys keep the order in which the lower layer lists them.
        var merged = new Dictionary<string, HoconNode>(below.Fields, StringComparer.Ordinal);
        foreach (var (key, value) in Fields)
            merged[key] = below.Fields.TryGetValue(key, out var under) ? HoconMerge.Put(value, under) : value;
        return new HoconObject(merged);
    }

    public HoconNode? Find(IEnumerable<string> path)
    {
        HoconNode? node = this;
        foreach (var key in path)
        {
            if (node is not HoconObject current || !current.Fields.TryGetValue(key, out node))
                return null;
        }

        return node;
    }
}

internal sealed record HoconArray(IReadOnlyList<HoconNode> Items) : HoconNode;

/// <param name="Text">The text as a string.</param>
/// <param name="IsQuoted">Whether it can only be a string.</param>
internal sealed record HoconText(string Text, bool IsQuoted) : HoconNode;

internal sealed record HoconNull : HoconNode
{
    public static readonly HoconNull Instance = new();
}

/// <summary>A reference <c>${path}</c> or <c>${?path}</c>, looked up when everything is merged.</summary>
internal sealed record HoconSubstitution(IReadOnlyList<string> Path, bool IsOptional, string Place) : HoconNode
{
    public string Text => string.Join('.', Path);
}

/// <summary>The value that the same key had before (in <c>a = ${a} x</c> and <c>a += x</c>).</summary>
internal sealed record HoconPrevious(bool IsOptional, string Text, string Place) : HoconNode;

/// <summary>Values written one after another: objects merge, arrays join, texts concatenate.</summary>
internal sealed record HoconConcatenation(IReadOnlyList<HoconNode> Parts) : HoconNode;

/// <summary>A value over another, one of them not resolved yet.</summary>
internal sealed record HoconLayers(HoconNode Above, HoconNode Below) : HoconNode;

internal static class HoconMerge
{
    /// <summary>The value of a key that is set to <paramref name="value"/> and had <paramref name="previous"/>.</summary>
    public static HoconNode Put(HoconNode value, HoconNode previous)
    {
        if (MentionsPrevious(value))
            return BindPrevious(value, previous);
        return (value, previous) switch
        {
            (HoconObject above, HoconObject below) => above.Over(below),
            (HoconText or HoconArray or HoconNull, _) => value,
            (HoconObject, HoconText or HoconArray or HoconNull) => value,
            _ => new HoconLayers(value, previous),
        };
    }

    private static bool MentionsPrevious(HoconNode node) => node switch
    {
        HoconPrevious => true,
        HoconConcatenation concatenation => concatenation.Parts.Any(MentionsPrevious),
        HoconLayers layers => MentionsPrevious(layers.Above) || MentionsPrevious(layers.Below),
        _ => false,
    };

    private static HoconNode BindPrevious(HoconNode node, HoconNode previous) => node switch
    {
        HoconPrevious => previous,
        HoconConcatenation concatenation => new HoconConcatenation([.. concatenation.Parts.Select(part => BindPrevious(part, previous))]),
        HoconLayers layers => new HoconLayers(BindPrevious(layers.Above, previous), BindPrevious(layers.Below, previous)),
        _ => node,
    };
}
