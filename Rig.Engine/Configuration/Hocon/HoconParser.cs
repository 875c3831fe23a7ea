using System.Text;

namespace Rig.Engine.Configuration.Hocon;

/// <summary>
/// Reads HOCON: https://github.com/lightbend/config/blob/main/HOCON.md. Includes are asked of a callback, so that the
/// parser itself touches no files.
/// </summary>
internal sealed class HoconParser
{
    private const int MaxDepth = 100;

    private readonly string _text;
    private readonly string _source;
    private readonly Func<string, HoconObject?> _include;
    private int _at;
    private int _depth;

    private HoconParser(string text, string source, Func<string, HoconObject?> include)
    {
        _text = text;
        _source = source;
        _include = include;
    }

    /// <param name="text">The document.</param>
    /// <param name="source">Its name in error messages.</param>
    /// <param name="include">Gives an included document, or null when it does not exist.</param>
    /// <exception cref="ConfigurationException">Names line and column of what is wrong.</exception>
    public static HoconObject Parse(string text, string source, Func<string, HoconObject?> include)
    {
        var parser = new HoconParser(text, source, include);
        parser.SkipBlank();
        HoconObject root;
        if (parser.Peek == '{')
        {
            parser._at++;
            root = parser.ReadFields('}', []);
            parser.SkipBlank();
            if (!parser.AtEnd)
                throw parser.Error("Nothing may follow the closing '}' of the document.");
        }
        else
        {
            root = parser.ReadFields('\0', []);
        }

        return root;
    }

    private bool AtEnd => _at >= _text.Length;

    private char Peek => AtEnd ? '\0' : _text[_at];

    private bool At(string token) => string.CompareOrdinal(_text, _at, token, 0, token.Length) == 0;

    private HoconObject ReadFields(char end, string[] parent)
    {
        if (++_depth > MaxDepth)
            throw Error($"Objects are nested deeper than {MaxDepth}.");
        var root = HoconObject.Empty;
        while (true)
        {
            SkipSeparators();
            if (AtEnd)
            {
                if (end != '\0')
                    throw Error("The document ends before the '}' of an object. Close it.");
                break;
            }

            if (Peek == end)
            {
                _at++;
                break;
            }

            root = IsInclude() ? ReadInclude().Over(root) : ReadField(root, parent);
        }

        _depth--;
        return root;
    }

    private HoconObject ReadField(HoconObject root, string[] parent)
    {
        var place = Place(_at);
        var key = ReadPath(isKey: true);
        string[] full = [.. parent, .. key];
        SkipBlank();
        HoconNode value;
        if (Peek == '{')
        {
            value = ReadValue(full);
        }
        else if (At("+="))
        {
            _at += 2;
            SkipInline();
            value = new HoconConcatenation([new HoconPrevious(true, string.Join('.', full), place), new HoconArray([ReadValue(full)])]);
        }
        else if (Peek is '=' or ':')
        {
            _at++;
            SkipBlank();
            value = ReadValue(full);
        }
        else
        {
            throw Error($"Key '{string.Join('.', key)}' has no value. Write key = value or key {{ ... }}.");
        }

        return Put(root, key, value);
    }

    private static HoconObject Put(HoconObject root, ReadOnlySpan<string> key, HoconNode value)
    {
        var fields = new Dictionary<string, HoconNode>(root.Fields, StringComparer.Ordinal);
        var name = key[0];
        fields.TryGetValue(name, out var previous);
        if (key.Length > 1)
        {
            fields[name] = previous is HoconObject inner
                ? Put(inner, key[1..], value)
                : previous is null ? Put(HoconObject.Empty, key[1..], value) : HoconMerge.Put(Put(HoconObject.Empty, key[1..], value), previous);
        }
        else
        {
            fields[name] = previous is null ? value : HoconMerge.Put(value, previous);
        }

        return new HoconObject(fields);
    }

    private HoconNode ReadValue(string[] key)
    {
        var parts = new List<HoconNode>();
        while (true)
        {
            var blank = ReadInlineBlank();
            if (AtEnd || Peek is '\n' or '\r' or ',' or '}' or ']' || IsComment())
                break;
            if (blank.Length > 0 && parts.Count > 0)
                parts.Add(new HoconText(blank, IsQuoted: false));
            parts.Add(ReadPart(key));
        }

        switch (parts)
        {
            case []:
                throw Error($"Key '{string.Join('.', key)}' has no value. Write \"\" for an empty text.");
            case [HoconText { IsQuoted: false, Text: "null" }]:
                return HoconNull.Instance;
            case [var only]:
                return only;
        }

        return parts.All(part => part is HoconText)
            ? new HoconText(string.Concat(parts.Cast<HoconText>().Select(part => part.Text)), false)
            : new HoconConcatenation(parts);
    }

    private HoconNode ReadPart(string[] key)
    {
        switch (Peek)
        {
            case '{':
                _at++;
                return ReadFields('}', key);
            case '[':
                _at++;
                return ReadArray(key);
            case '"':
                return new HoconText(ReadQuoted(), IsQuoted: true);
            case '$' when At("${"):
                return ReadSubstitution(key);
            default:
                return new HoconText(ReadUnquoted(), IsQuoted: false);
        }
    }

    private HoconArray ReadArray(string[] key)
    {
        if (++_depth > MaxDepth)
            throw Error($"Arrays are nested deeper than {MaxDepth}.");
        var items = new List<HoconNode>();
        while (true)
        {
            SkipSeparators();
            if (AtEnd)
                throw Error("The document ends before the ']' of an array. Close it.");
            if (Peek == ']')
            {
                _at++;
                _depth--;
                return new HoconArray(items);
            }

            if (Peek == '}')
                throw Error("'}' stands where ']' is expected.");
            items.Add(ReadValue(key));
        }
    }

    private HoconNode ReadSubstitution(string[] key)
    {
        var place = Place(_at);
        _at += 2;
        var optional = Peek == '?';
        if (optional)
            _at++;
        var path = ReadPath(isKey: false);
        SkipInline();
        if (Peek != '}')
            throw Error("A substitution is not closed. Write ${path}.");
        _at++;
        return path.SequenceEqual(key)
            ? new HoconPrevious(optional, string.Join('.', path), place)
            : new HoconSubstitution(path, optional, place);
    }

    private string[] ReadPath(bool isKey)
    {
        var elements = new List<string>();
        var element = new StringBuilder();
        var hasElement = false;
        while (true)
        {
            switch (Peek)
            {
                case '"':
                    element.Append(ReadQuoted());
                    hasElement = true;
                    continue;
                case '.':
                    _at++;
                    Finish();
                    continue;
                case '\0' or '=' or ':' or '{' or '}' or '[' or ']' or ',' or '\n' or '\r' or '#' or '$':
                case '+' when At("+="):
                    Finish();
                    return [.. elements];
                case '/' when IsComment():
                    Finish();
                    return [.. elements];
                case ' ' or '\t':
                    var blank = ReadInlineBlank();
                    if (Peek is '=' or ':' or '{' or '}' || At("+=") || !isKey)
                    {
                        Finish();
                        return [.. elements];
                    }

                    element.Append(blank);
                    continue;
                case var c:
                    element.Append(c);
                    hasElement = true;
                    _at++;
                    continue;
            }
        }

        void Finish()
        {
            if (!hasElement)
                throw Error(elements.Count == 0 ? "A key is missing." : "A path has an empty element. Remove a '.'.");
            elements.Add(element.ToString().Trim());
            element.Clear();
            hasElement = false;
        }
    }

    private bool IsInclude() => At("include") && _at + 7 < _text.Length && _text[_at + 7] is ' ' or '\t' or '"' && LooksLikeInclude();

    private bool LooksLikeInclude()
    {
        var at = _at + 7;
        while (at < _text.Length && _text[at] is ' ' or '\t')
            at++;
        return at < _text.Length && (_text[at] == '"' || string.CompareOrdinal(_text, at, "file(", 0, 5) == 0 || string.CompareOrdinal(_text, at, "required(", 0, 9) == 0);
    }

    private HoconObject ReadInclude()
    {
        var place = Place(_at);
        _at += 7;
        SkipInline();
        var required = Consume("required(");
        var file = Consume("file(");
        SkipInline();
        var name = ReadQuoted();
        SkipInline();
        foreach (var open in new[] { file, required })
        {
            if (!open)
                continue;
            if (Peek != ')')
                throw Error("An include is not closed. Write include \"file\" or include required(\"file\").");
            _at++;
        }

        return _include(name)
            ?? (required ? throw new ConfigurationException($"{place}: included file '{name}' does not exist.") : HoconObject.Empty);
    }

    private bool Consume(string token)
    {
        if (!At(token))
            return false;
        _at += token.Length;
        return true;
    }

    private string ReadQuoted()
    {
        if (Peek != '"')
            throw Error("A quoted text is expected.");
        var start = _at;
        if (At("\"\"\""))
            return ReadTripleQuoted(start);
        var text = new StringBuilder();
        _at++;
        while (true)
        {
            var c = Peek;
            if (AtEnd || c is '\n' or '\r')
                throw Error("A quoted text is not closed on its line. Close it, or use \"\"\" for a text of several lines.", start);
            _at++;
            switch (c)
            {
                case '"':
                    return text.ToString();
                case '\\':
                    text.Append(ReadEscape());
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }
    }

    private string ReadTripleQuoted(int start)
    {
        _at += 3;
        var end = _text.IndexOf("\"\"\"", _at, StringComparison.Ordinal);
        if (end < 0)
            throw Error("A text in \"\"\" is not closed.", start);
        // Quotes right before the closing three belong to the text.
        while (end + 3 < _text.Length && _text[end + 3] == '"')
            end++;
        var text = _text[_at..end];
        _at = end + 3;
        return text;
    }

    private char ReadEscape()
    {
        var c = Peek;
        _at++;
        switch (c)
        {
            case '"' or '\\' or '/':
                return c;
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u' when _at + 4 <= _text.Length
                && ushort.TryParse(_text.AsSpan(_at, 4), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            default:
                throw Error("An escape is unknown. Use \\\" \\\\ \\/ \\n \\t \\r \\b \\f or \\uXXXX.", _at - 2);
        }
    }

    private string ReadUnquoted()
    {
        var start = _at;
        while (!AtEnd && !(Peek is '$' or '"' or '{' or '}' or '[' or ']' or ',' or '\n' or '\r' or ' ' or '\t' or '=') && !IsComment())
            _at++;
        if (_at == start)
            throw Error($"'{Peek}' cannot stand here. Quote the text that holds it.");
        return _text[start.._at];
    }

    private bool IsComment() => Peek == '#' || At("//");

    private string ReadInlineBlank()
    {
        var start = _at;
        SkipInline();
        return _text[start.._at];
    }

    private void SkipInline()
    {
        while (Peek is ' ' or '\t' or '\u00a0' or '\ufeff')
            _at++;
    }

    private void SkipBlank()
    {
        while (!AtEnd)
        {
            if (IsComment())
            {
                while (!AtEnd && Peek != '\n')
                    _at++;
            }
            else if (char.IsWhiteSpace(Peek) || Peek == '\ufeff')
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }

    private void SkipSeparators()
    {
        SkipBlank();
        while (Peek == ',')
        {
            _at++;
            SkipBlank();
        }
    }

    private ConfigurationException Error(string message, int? at = null) => new($"{Place(at ?? _at)}: {message}");

    private string Place(int at)
    {
        var before = _text.AsSpan(0, Math.Min(at, _text.Length));
        var line = before.Count('\n') + 1;
        var column = before.Length - (before.LastIndexOf('\n') + 1) + 1;
        return $"{_source}({line},{column})";
    }
}
