using System.Text;

namespace Rig.Engine.Remote.Wire;

/// <summary>
/// Strings that repeat on a connection (actor paths, manifests) travel once, in a Define frame, and as a small number from then on.
/// A reference is 0 for none, 1 for text that follows in place, and n + 2 for the n-th definition.
/// </summary>
internal static class StringRef
{
    public const int None = 0;
    public const int Inline = 1;
    public const int FirstDefined = 2;

    /// <summary>Definitions a connection holds at most; later strings travel in place.</summary>
    public const int MaxDefinitions = 4096;

    /// <summary>Longer strings are never defined, which bounds what a peer can make this side keep.</summary>
    public const int MaxDefinedBytes = 1024;
}

/// <summary>The sending side of the table: decides which strings get a number.</summary>
internal sealed class OutboundStrings
{
    private readonly Dictionary<string, int> _references = new(StringComparer.Ordinal);

    /// <summary>The reference for <paramref name="text"/>; <paramref name="isNew"/> asks the caller to send its definition first.</summary>
    public int Refer(string text, bool mayDefine, out bool isNew)
    {
        isNew = false;
        if (_references.TryGetValue(text, out var reference))
            return reference;
        if (!mayDefine || _references.Count >= StringRef.MaxDefinitions || Encoding.UTF8.GetByteCount(text) > StringRef.MaxDefinedBytes)
            return StringRef.Inline;
        reference = StringRef.FirstDefined + _references.Count;
        _references.Add(text, reference);
        isNew = true;
        return reference;
    }
}

/// <summary>The receiving side: numbers in order of definition, each with what the reader cached for it.</summary>
internal sealed class InboundStrings<TCached>
    where TCached : class
{
    private readonly List<Entry> _entries = [];

    public void Define(string text)
    {
        if (_entries.Count >= StringRef.MaxDefinitions || text.Length > StringRef.MaxDefinedBytes)
            throw new WireFormatException("The peer defines more or longer strings than the protocol allows.");
        _entries.Add(new Entry(text));
    }

    public Entry Get(ulong reference) =>
        reference >= StringRef.FirstDefined && reference - StringRef.FirstDefined < (ulong)_entries.Count
            ? _entries[(int)(reference - StringRef.FirstDefined)]
            : throw new WireFormatException($"The peer refers to string {reference}, which it never defined.");

    internal sealed class Entry(string text)
    {
        public string Text { get; } = text;

        /// <summary>What the text was resolved to, while that is still good.</summary>
        public TCached? Cached { get; set; }
    }
}
