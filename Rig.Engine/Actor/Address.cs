using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Rig.Engine.Actor;

/// <summary>Where an actor system is reached: <c>protocol://system@host:port</c>, or <c>protocol://system</c> when it is this process.</summary>
public sealed class Address : IEquatable<Address>, IComparable<Address>, IComparable, ICloneable
{
    /// <summary>Stands for every system; used where a message concerns all addresses.</summary>
    public static readonly Address AllSystems = new("akka", "all-systems");

    /// <summary>Orders by protocol, system, host and port, ordinally.</summary>
    public static readonly IComparer<Address> Comparer = Comparer<Address>.Create(Compare);

    private string? _text;

    public Address(string protocol, string system, string? host = null, int? port = null)
    {
        Protocol = protocol;
        System = system;
        // Host names compare without regard to case.
        Host = host?.ToLowerInvariant();
        Port = port;
    }

    public string Protocol { get; }

    public string System { get; }

    public string? Host { get; }

    public int? Port { get; }

    public bool HasLocalScope => Host is null;

    public bool HasGlobalScope => Host is not null;

    public static bool operator ==(Address? left, Address? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(Address? left, Address? right) => !(left == right);

    /// <exception cref="UriFormatException">The text is not an address.</exception>
    public static Address Parse(string address) =>
        TryParse(address, out Address? parsed)
            ? parsed
            : throw new UriFormatException($"'{address}' is not an actor system address. Write protocol://system@host:port.");

    public static bool TryParse(string path, [NotNullWhen(true)] out Address? address) => TryParse(path, out address, out _);

    /// <summary>Splits an absolute actor path into the address and what follows it (from its first '/', or "/").</summary>
    public static bool TryParse(string path, [NotNullWhen(true)] out Address? address, [NotNullWhen(true)] out string? absolutUri)
    {
        address = null;
        absolutUri = null;
        if (path is null)
            return false;
        var schemeEnd = path.IndexOf("://", StringComparison.Ordinal);
        if (schemeEnd < 1)
            return false;
        var protocol = path[..schemeEnd];
        var rest = path.AsSpan(schemeEnd + 3);
        var slash = rest.IndexOf('/');
        var authority = slash < 0 ? rest : rest[..slash];
        if (authority.IsEmpty || !AreProtocolCharacters(protocol))
            return false;

        string? host = null;
        int? port = null;
        var at = authority.IndexOf('@');
        var system = (at < 0 ? authority : authority[..at]).ToString();
        if (at >= 0)
        {
            var hostPort = authority[(at + 1)..];
            var colon = hostPort.LastIndexOf(':');
            if (colon < 1 || !int.TryParse(hostPort[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 65535)
                return false;
            host = hostPort[..colon].ToString();
            port = number;
        }

        if (system.Length == 0)
            return false;
        address = new Address(protocol, system, host, port);
        absolutUri = slash < 0 ? "/" : rest[slash..].ToString();
        return true;
    }

    public Address WithProtocol(string protocol) => new(protocol, System, Host, Port);

    public Address WithSystem(string system) => new(Protocol, system, Host, Port);

    public Address WithHost(string? host = null) => new(Protocol, System, host, Port);

    public Address WithPort(int? port = null) => new(Protocol, System, Host, port);

    /// <summary><c>system@host:port</c>, or <c>system</c>.</summary>
    public string HostPort() => ToString()[(Protocol.Length + 3)..];

    public object Clone() => new Address(Protocol, System, Host, Port);

    public int CompareTo(Address? other) => Compare(this, other);

    int IComparable.CompareTo(object? obj) => Compare(this, obj as Address);

    public bool Equals(Address? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Port == other.Port && Host == other.Host && System == other.System && Protocol == other.Protocol);

    public override bool Equals(object? obj) => Equals(obj as Address);

    public override int GetHashCode() => HashCode.Combine(Protocol, System, Host, Port);

    public override string ToString() =>
        _text ??= Host is null
            ? $"{Protocol}://{System}"
            : string.Create(CultureInfo.InvariantCulture, $"{Protocol}://{System}@{Host}:{Port}");

    private static int Compare(Address? left, Address? right)
    {
        if (ReferenceEquals(left, right))
            return 0;
        if (left is null)
            return -1;
        if (right is null)
            return 1;
        var order = string.CompareOrdinal(left.Protocol, right.Protocol);
        if (order == 0)
            order = string.CompareOrdinal(left.System, right.System);
        if (order == 0)
            order = string.CompareOrdinal(left.Host, right.Host);
        return order == 0 ? (left.Port ?? 0).CompareTo(right.Port ?? 0) : order;
    }

    private static bool AreProtocolCharacters(string protocol)
    {
        foreach (var c in protocol)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-' or '+'))
                return false;
        }

        return true;
    }
}
