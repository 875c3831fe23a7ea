using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Rig.Tests.Engine.Local;

#if !ENGINE_AKKA
/// <summary>
/// What sources can see of the embedded engine exists in Akka.NET 1.5.27 with the same signature, so that they compile
/// on either. akka-api.txt is an extract of Akka.NET's signatures; scripts/akka-api-extract.sh makes it anew. The listings that it
/// reads lack a few types that refer to Microsoft.Extensions; akka-api-unlisted.txt holds those, written by hand.
/// </summary>
public partial class ApiGoldenTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Names = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
    };

    [Fact]
    public void Every_public_type_and_member_is_one_of_Akka_NETs()
    {
        var api = ReadApi();
        var strange = new List<string>();
        foreach (var type in typeof(ActorSystem).Assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            var name = Arity().Replace(Generic().Replace(TypeName(type), ""), "");
            if (!api.TryGetValue(name, out var members))
                strange.Add(name);
            else if (!type.IsEnum && !type.IsAssignableTo(typeof(Delegate)))
                strange.AddRange(Members(type).Where(member => !members.Contains(member)).Select(member => $"{name}: {member}"));
        }

        strange.RemoveAll(Expected);
        Assert.True(strange.Count == 0, $"Not in Akka.NET 1.5.27:{Environment.NewLine}{string.Join(Environment.NewLine, strange)}");
    }

    private static bool Expected(string member) =>
        // xunit's output helper stands in these signatures there, and the listing could not show them.
        member.StartsWith("Akka.TestKit.Xunit2.TestKit", StringComparison.Ordinal)
        // Declared there on a generic base class of these.
        || member is "Akka.Event.EventStream: void Publish(object event)" or "Akka.Event.LoggingBus: void Publish(object event)";

    private static Dictionary<string, HashSet<string>> ReadApi()
    {
        var api = new Dictionary<string, HashSet<string>>();
        HashSet<string> members = [];
        foreach (var line in ((string[])["akka-api.txt", "akka-api-unlisted.txt"]).SelectMany(file => File.ReadLines(Path.Combine(SourceFolder(), file))))
        {
            if (line[0] != ' ')
            {
                var name = Generic().Replace(TypeLine().Match(line).Groups[1].Value, "");
                if (!api.TryGetValue(name, out members!))
                    api.Add(name, members = []);
            }
            else
            {
                members.Add(Normalize(line));
            }
        }

        return api;
    }

    private static string Normalize(string line)
    {
        line = Modifiers().Replace(line.Trim(), "");
        line = line.Replace(" { get; set; }", "", StringComparison.Ordinal).Replace(" { get; }", "", StringComparison.Ordinal).Replace(" { set; }", "", StringComparison.Ordinal);
        line = Defaults().Replace(line, "");
        return line.Replace("params ", "", StringComparison.Ordinal).Replace("(this ", "(", StringComparison.Ordinal).Replace("out ref ", "out ", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Members(Type type)
    {
        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible))
            yield return $"ctor({Parameters(constructor)})";
        foreach (var method in type.GetMethods(Declared).Where(IsVisible))
        {
            if (method.IsSpecialName || method.IsDefined(typeof(CompilerGeneratedAttribute)) || method.GetBaseDefinition().DeclaringType != type)
                continue;
            var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";
            yield return $"{TypeName(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
        }

        foreach (var property in type.GetProperties(Declared).Where(property => property.GetMethod is { } get && IsVisible(get)))
            yield return $"{TypeName(property.PropertyType)} {property.Name}";
        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily))
            yield return $"{TypeName(field.FieldType)} {field.Name}";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : "")}{TypeName(parameter.ParameterType)} {parameter.Name}"));

    private static string TypeName(Type type)
    {
        if (type.IsByRef)
            return TypeName(type.GetElementType()!);
        if (type.IsArray)
            return TypeName(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter)
            return type.Name;
        if (Names.TryGetValue(type, out var alias))
            return alias;
        var full = type.IsNested ? $"{TypeName(type.DeclaringType!)}.{type.Name}" : $"{type.Namespace}.{type.Name}";
        full = Arity().Replace(full, "");
        if (full.StartsWith("Rig.Engine", StringComparison.Ordinal))
            full = string.Concat("Akka", full.AsSpan("Rig.Engine".Length));
        return type.IsGenericType ? $"{full}<{string.Join(", ", type.GetGenericArguments().Select(TypeName))}>" : full;
    }

    private static string SourceFolder()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Rig.sln")))
            folder = folder.Parent;
        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "Rig.Tests", "Engine");
    }

    [GeneratedRegex(@"(?:class|struct|interface|enum|delegate) ([\w.]+(?:<[^:]*?>)?)")]
    private static partial Regex TypeLine();

    [GeneratedRegex("<.*")]
    private static partial Regex Generic();

    [GeneratedRegex(@"^(?:(?:public|protected|static|abstract|virtual|readonly|const|event) )+")]
    private static partial Regex Modifiers();

    [GeneratedRegex(@" = [^,)]*")]
    private static partial Regex Defaults();

    [GeneratedRegex(@"`\d+")]
    private static partial Regex Arity();
}
#endif
