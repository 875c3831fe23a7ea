namespace Rig.Engine.Configuration.Hocon;

/// <summary>Replaces substitutions by what they name in the same tree, or else in the environment.</summary>
internal sealed class HoconResolver(HoconObject root, Func<string, string?> environment)
{
    private readonly HashSet<string> _open = [];

    /// <exception cref="ConfigurationException">A required substitution has no value, or substitutions run in a circle.</exception>
    public HoconObject Resolve() => (HoconObject)(Resolve(root) ?? HoconObject.Empty);

    private HoconNode? Resolve(HoconNode node)
    {
        switch (node)
        {
            case HoconObject hoconObject:
                var fields = new Dictionary<string, HoconNode>(hoconObject.Fields.Count, StringComparer.Ordinal);
                foreach (var (key, value) in hoconObject.Fields)
                {
                    if (Resolve(value) is { } resolved)
                        fields[key] = resolved;
                }

                return new HoconObject(fields);
            case HoconArray array:
                return new HoconArray([.. array.Items.Select(Resolve).OfType<HoconNode>()]);
            case HoconSubstitution substitution:
                return LookUp(substitution);
            case HoconPrevious previous:
                return previous.IsOptional
                    ? null
                    : throw new ConfigurationException($"{previous.Place}: ${{{previous.Text}}} refers to an earlier value, and there is none. Write ${{?{previous.Text}}} if it may be missing.");
            case HoconConcatenation concatenation:
                return Concatenate(concatenation);
            case HoconLayers layers:
                return (Resolve(layers.Above), Resolve(layers.Below)) switch
                {
                    (HoconObject above, HoconObject below) => above.Over(below),
                    (null, var below) => below,
                    (var above, _) => above,
                };
            default:
                return node;
        }
    }

    private HoconNode? LookUp(HoconSubstitution substitution)
    {
        var text = substitution.Text;
        if (!_open.Add(text))
            throw new ConfigurationException($"{substitution.Place}: ${{{text}}} refers to itself in a circle.");
        try
        {
            if (Find(substitution.Path) is { } found && Resolve(found) is { } value)
                return value;
            if (environment(text) is { } variable)
                return new HoconText(variable, IsQuoted: false);
            return substitution.IsOptional
                ? null
                : throw new ConfigurationException($"{substitution.Place}: ${{{text}}} has no value, neither in the configuration nor in the environment. Set it, or write ${{?{text}}} if it may be missing.");
        }
        finally
        {
            _open.Remove(text);
        }
    }

    private HoconNode? Find(IReadOnlyList<string> path)
    {
        HoconNode? node = root;
        for (var i = 0; i < path.Count; i++)
        {
            if (node is HoconSubstitution or HoconConcatenation or HoconLayers)
                node = Resolve(node);
            if (node is not HoconObject current || !current.Fields.TryGetValue(path[i], out node))
                return null;
        }

        return node;
    }

    private HoconNode? Concatenate(HoconConcatenation concatenation)
    {
        var parts = concatenation.Parts.Select(Resolve).OfType<HoconNode>().ToList();
        // Blanks between objects or arrays only separate them.
        if (parts.Any(part => part is HoconObject or HoconArray))
            parts.RemoveAll(part => part is HoconText { IsQuoted: false } blank && string.IsNullOrWhiteSpace(blank.Text));
        switch (parts)
        {
            case []:
                return null;
            case [var only]:
                return only is HoconText { IsQuoted: false } text ? new HoconText(text.Text.Trim(), false) : only;
        }

        if (parts.All(part => part is HoconObject))
            return parts.Cast<HoconObject>().Aggregate((below, above) => above.Over(below));
        if (parts.All(part => part is HoconArray))
            return new HoconArray([.. parts.Cast<HoconArray>().SelectMany(array => array.Items)]);
        if (parts.All(part => part is HoconText))
            return new HoconText(string.Concat(parts.Cast<HoconText>().Select(part => part.Text)).Trim(), false);
        throw new ConfigurationException(
            $"Values of different kinds stand side by side ({string.Join(", ", parts.Select(part => part.GetType().Name[5..].ToLowerInvariant()))}). Join only objects with objects, arrays with arrays or texts with texts.");
    }
}
