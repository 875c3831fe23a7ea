using System.Globalization;
using Rig.Engine.Configuration.Hocon;

namespace Rig.Engine.Configuration;

/// <summary>
/// A HOCON configuration. Substitutions are resolved over all layers, on the first look at a value. A missing key gives
/// the default; a value of the wrong kind is an error that names the key.
/// </summary>
public class Config
{
    public static readonly Config Empty = new();

    private readonly HoconObject _unresolved;
    private readonly string _prefix;
    private readonly Func<string, string?> _environment;
    private HoconObject? _resolved;

    public Config()
        : this(HoconObject.Empty, "", Environment.GetEnvironmentVariable)
    {
    }

    /// <summary>The source over the fallback.</summary>
    public Config(Config source, Config fallback)
        : this(source._unresolved.Over(fallback._unresolved), source._prefix, source._environment)
    {
    }

    internal Config(HoconObject root, string prefix, Func<string, string?> environment)
    {
        _unresolved = root;
        _prefix = prefix;
        _environment = environment;
    }

    public bool IsEmpty => _unresolved.Fields.Count == 0;

    /// <summary>The names right under this level.</summary>
    internal IEnumerable<string> Keys => Resolved.Fields.Keys;

    private HoconObject Resolved => _resolved ??= new HoconResolver(_unresolved, _environment).Resolve();

    public static implicit operator Config(string str) => ConfigurationFactory.ParseString(str);

    public virtual Config WithFallback(Config fallback) =>
        fallback is null || ReferenceEquals(fallback, this) ? this : new Config(this, fallback);

    public virtual bool HasPath(string path) => Find(path) is not null;

    /// <summary>The section, empty when it is missing.</summary>
    public virtual Config GetConfig(string path) => Find(path) switch
    {
        null => new Config(HoconObject.Empty, _prefix + path + ".", _environment),
        HoconObject section => new Config(section, _prefix + path + ".", _environment),
        _ => throw Wrong(path, "a section { ... }"),
    };

    public virtual string GetString(string path, string @default = null!) => Text(path) ?? @default;

    /// <summary>on, off, true, false, yes or no.</summary>
    public virtual bool GetBoolean(string path, bool @default = false) => Text(path)?.ToLowerInvariant() switch
    {
        null => @default,
        "on" or "true" or "yes" => true,
        "off" or "false" or "no" => false,
        _ => throw Wrong(path, "on or off"),
    };

    public virtual int GetInt(string path, int @default = 0) => Number<int>(path, "a whole number") ?? @default;

    public virtual long GetLong(string path, long @default = 0) => Number<long>(path, "a whole number") ?? @default;

    public virtual double GetDouble(string path, double @default = 0) => Number<double>(path, "a number") ?? @default;

    public virtual float GetFloat(string path, float @default = 0) => Number<float>(path, "a number") ?? @default;

    public virtual decimal GetDecimal(string path, decimal @default = 0) => Number<decimal>(path, "a number") ?? @default;

    /// <summary>With a unit (<c>500 ms</c>, <c>10s</c>, <c>2 minutes</c>), or milliseconds without one; <c>infinite</c> if allowed.</summary>
    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true)
    {
        if (Text(path) is not { } text)
            return @default ?? TimeSpan.Zero;
        return HoconUnits.TryParseDuration(text, allowInfinite, out var value)
            ? value
            : throw Wrong(path, "a duration such as 500 ms, 10 s or 2 minutes");
    }

    /// <summary>Bytes: <c>128 KiB</c> and <c>128k</c> count in 1024s, <c>128 kB</c> in 1000s.</summary>
    public virtual long? GetByteSize(string path) => GetByteSize(path, null);

    /// <inheritdoc cref="GetByteSize(string)"/>
    public virtual long? GetByteSize(string path, long? def = null)
    {
        if (Text(path) is not { } text)
            return def;
        return HoconUnits.TryParseSize(text, out var value) ? value : throw Wrong(path, "a size such as 64 KiB or 1 MB");
    }

    /// <summary>Empty when missing.</summary>
    public virtual IList<string> GetStringList(string path) => GetStringList(path, []);

    public virtual IList<string> GetStringList(string path, string[] defaultPaths) => Find(path) switch
    {
        null or HoconNull => [.. defaultPaths],
        HoconArray array => [.. array.Items.Select(item => item is HoconText text ? text.Text : throw Wrong(path, "a list of texts"))],
        _ => throw Wrong(path, "a list [ ... ]"),
    };

    public virtual IList<int> GetIntList(string path) =>
        [.. GetStringList(path).Select(text => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(path, "a list of whole numbers"))];

    /// <summary>What stands right under this level.</summary>
    public virtual IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable()
    {
        foreach (var (key, value) in Resolved.Fields)
            yield return new KeyValuePair<string, HoconValue>(key, new HoconValue(value, section => new Config(section, _prefix + key + ".", _environment)));
    }

    /// <summary>As HOCON, with all substitutions resolved.</summary>
    public override string ToString() => HoconWriter.Write(Resolved);

    /// <summary>The texts right under this level, by name; names may hold dots.</summary>
    internal IEnumerable<KeyValuePair<string, string>> AsEntries()
    {
        foreach (var (key, value) in Resolved.Fields)
        {
            if (value is HoconText text)
                yield return new KeyValuePair<string, string>(key, text.Text);
        }
    }

    /// <summary>All paths to values that are no sections, dotted.</summary>
    internal IEnumerable<string> Leaves() => HoconWriter.Leaves(Resolved, "");

    private HoconNode? Find(string path) => Resolved.Find(HoconPath.Split(path));

    private string? Text(string path) => Find(path) switch
    {
        null or HoconNull => null,
        HoconText text => text.Text,
        _ => throw Wrong(path, "a single value"),
    };

    private T? Number<T>(string path, string kind)
        where T : struct, System.Numerics.INumberBase<T>
    {
        if (Text(path) is not { } text)
            return null;
        return T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong(path, kind);
    }

    private ConfigurationException Wrong(string path, string wanted)
    {
        var found = Find(path) switch
        {
            HoconText text => $"'{text.Text}'",
            HoconObject => "a section",
            HoconArray => "a list",
            _ => "nothing",
        };
        return new ConfigurationException($"{_prefix}{path} is {found}. Write {wanted}.");
    }
}
