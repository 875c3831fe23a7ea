namespace Rig.Engine.Configuration.Hocon;

/// <summary>What stands at one key: a section, a list or a text.</summary>
public class HoconValue
{
    private readonly HoconNode _node;
    private readonly Func<HoconObject, Config> _toConfig;

    internal HoconValue(HoconNode node, Func<HoconObject, Config> toConfig) => (_node, _toConfig) = (node, toConfig);

    public bool IsObject() => _node is HoconObject;

    /// <summary>The section as a configuration of its own; empty when this is none.</summary>
    public Config ToConfig() => _toConfig(_node as HoconObject ?? HoconObject.Empty);

    /// <summary>As HOCON writes it.</summary>
    public override string ToString() => _node is HoconText text ? text.Text : HoconWriter.Value(_node);
}
