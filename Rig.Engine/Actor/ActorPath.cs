using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Rig.Engine.Actor;

/// <summary>
/// Names a place in the hierarchy of one actor system. Two paths are equal when address and elements are;
/// the <see cref="Uid"/> (which tells incarnations of one name apart) does not take part.
/// </summary>
public abstract class ActorPath : IEquatable<ActorPath>, IComparable<ActorPath>
{
    /// <summary>What an element may hold beside ASCII letters, digits and %xx.</summary>
    public const string ValidSymbols = "\"-_.*$+:@&=,!~';()";

    internal const long UndefinedUid = 0;

    private readonly ActorPath? _parent;

    private protected ActorPath(ActorPath parentPath, string name, long uid)
    {
        _parent = parentPath;
        Name = name;
        Uid = uid;
    }

    private protected ActorPath(string name) => Name = name;

    public string Name { get; }

    public long Uid { get; }

    /// <summary>The parent; of a root, the root itself.</summary>
    public ActorPath Parent => _parent ?? this;

    public ActorPath Root
    {
        get
        {
            var path = this;
            while (path._parent is { } parent)
                path = parent;
            return path;
        }
    }

    public Address Address => ((RootActorPath)Root).RootAddress;

    /// <summary>Number of elements; 0 for a root.</summary>
    public int Depth
    {
        get
        {
            var depth = 0;
            for (var path = this; path._parent is { } parent; path = parent)
                depth++;
            return depth;
        }
    }

    /// <summary>The names from the root down, without the root.</summary>
    public IReadOnlyList<string> Elements
    {
        get
        {
            var elements = new string[Depth];
            var path = this;
            for (var i = elements.Length - 1; i >= 0; i--)
            {
                elements[i] = path.Name;
                path = path._parent!;
            }

            return elements;
        }
    }

    public static ActorPath operator /(ActorPath path, string name)
    {
        var (plain, uid) = SplitNameAndUid(name);
        return new ChildActorPath(path, plain, uid);
    }

    public static ActorPath operator /(ActorPath path, IEnumerable<string> name)
    {
        foreach (var element in name)
        {
            if (!string.IsNullOrEmpty(element))
                path /= element;
        }

        return path;
    }

    public static bool operator ==(ActorPath? left, ActorPath? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ActorPath? left, ActorPath? right) => !(left == right);

    /// <summary>Whether this may name an actor: no '/', no leading '$', only letters, digits, %xx and <see cref="ValidSymbols"/>.</summary>
    public static bool IsValidPathElement(string s)
    {
        if (string.IsNullOrEmpty(s) || s[0] == '$')
            return false;
        for (var i = 0; i < s.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(s[i]) || ValidSymbols.Contains(s[i], StringComparison.Ordinal))
                continue;
            if (s[i] != '%' || i + 2 >= s.Length || !char.IsAsciiHexDigit(s[i + 1]) || !char.IsAsciiHexDigit(s[i + 2]))
                return false;
            i += 2;
        }

        return true;
    }

    /// <exception cref="UriFormatException">The text is not an absolute actor path.</exception>
    public static ActorPath Parse(string path) =>
        TryParse(path, out var parsed)
            ? parsed
            : throw new UriFormatException($"'{path}' is not an actor path. Write protocol://system@host:port/user/name.");

    public static bool TryParse(string path, [NotNullWhen(true)] out ActorPath? actorPath)
    {
        actorPath = null;
        if (!Address.TryParse(path, out var address, out var rest))
            return false;
        return TryParse(new RootActorPath(address), rest, out actorPath);
    }

    /// <summary>Appends the elements of <paramref name="absoluteUri"/> ("/user/a#12") to <paramref name="basePath"/>.</summary>
    public static bool TryParse(ActorPath basePath, string absoluteUri, [NotNullWhen(true)] out ActorPath? actorPath)
    {
        actorPath = null;
        if (absoluteUri is null || basePath is null)
            return false;
        var uid = UndefinedUid;
        var fragment = absoluteUri.IndexOf('#', StringComparison.Ordinal);
        if (fragment >= 0)
        {
            if (!long.TryParse(absoluteUri.AsSpan(fragment + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out uid))
                return false;
            absoluteUri = absoluteUri[..fragment];
        }

        var result = basePath;
        foreach (var element in absoluteUri.Split('/', StringSplitOptions.RemoveEmptyEntries))
            result = new ChildActorPath(result, element, UndefinedUid);
        actorPath = uid == UndefinedUid ? result : result.WithUid(uid);
        return true;
    }

    public static bool TryParseAddress(string path, [NotNullWhen(true)] out Address? address) => Address.TryParse(path, out address);

    public static string FormatPathElements(IEnumerable<string> pathElements) => string.Join("/", pathElements);

    public ActorPath Child(string childName) => this / childName;

    /// <summary>The ancestor with that many elements; negative counts from this path upwards.</summary>
    public ActorPath ParentOf(int depth)
    {
        var path = this;
        for (var steps = depth < 0 ? -depth : Depth - depth; steps > 0; steps--)
            path = path.Parent;
        return path;
    }

    public ActorPath WithUid(long uid) =>
        _parent is null || uid == Uid ? this : new ChildActorPath(_parent, Name, uid);

    public string ToStringWithoutAddress() => "/" + FormatPathElements(Elements);

    /// <summary>With the path's own address, without the uid.</summary>
    public string ToStringWithAddress() => Address + ToStringWithoutAddress();

    /// <summary>With <paramref name="address"/> where the path's own address is this process.</summary>
    public string ToStringWithAddress(Address address) =>
        (Address.HasLocalScope ? address : Address) + ToStringWithoutAddress();

    public string ToStringWithUid() => AppendUid(ToStringWithAddress());

    public string ToSerializationFormat() => AppendUid(ToStringWithAddress());

    public string ToSerializationFormatWithAddress(Address address) => AppendUid(ToStringWithAddress(address));

    public bool Equals(ActorPath? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null)
            return false;
        var left = this;
        var right = other;
        while (left._parent is { } leftParent)
        {
            if (right._parent is not { } rightParent || left.Name != right.Name)
                return false;
            if (ReferenceEquals(leftParent, rightParent))
                return true;
            left = leftParent;
            right = rightParent;
        }

        return right._parent is null && left.Name == right.Name && left.Address == right.Address;
    }

    public override bool Equals(object? obj) => Equals(obj as ActorPath);

    public override int GetHashCode()
    {
        var hash = 17;
        for (var path = this; path._parent is { } parent; path = parent)
            hash = unchecked((hash * 31) + path.Name.GetHashCode(StringComparison.Ordinal));
        return hash;
    }

    public int CompareTo(ActorPath? other) =>
        other is null ? 1 : string.CompareOrdinal(ToStringWithAddress(), other.ToStringWithAddress());

    public override string ToString() => ToStringWithAddress();

    internal static (string Name, long Uid) SplitNameAndUid(string name)
    {
        var fragment = name.IndexOf('#', StringComparison.Ordinal);
        return fragment < 0
            ? (name, UndefinedUid)
            : (name[..fragment], long.Parse(name.AsSpan(fragment + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }

    private string AppendUid(string text) =>
        Uid == UndefinedUid ? text : string.Create(CultureInfo.InvariantCulture, $"{text}#{Uid}");
}

/// <summary>The root of one system's hierarchy.</summary>
public sealed class RootActorPath : ActorPath
{
    public RootActorPath(Address address, string name = "")
        : base(name) => RootAddress = address;

    internal Address RootAddress { get; }
}

public sealed class ChildActorPath : ActorPath
{
    public ChildActorPath(ActorPath parentPath, string name, long uid)
        : base(parentPath, name, uid)
    {
    }
}
