using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Rig.Tests.House;

/// <summary>Which folders of one project use which, read from its assembly: a folder is the namespace below the project's.</summary>
internal static class FolderGraph
{
    /// <param name="root">The project's namespace, such as <c>Rig.Actors</c>.</param>
    /// <returns>For each folder those that it uses, itself left out; <c>.</c> is the project's own folder.</returns>
    public static SortedDictionary<string, SortedSet<string>> Read(string assembly, string root)
    {
        var graph = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        using var module = ModuleDefinition.ReadModule(assembly);
        foreach (var type in module.GetTypes())
        {
            if (FolderOf(type, root) is not { } from)
            {
                continue;
            }

            var used = graph.TryGetValue(from, out var known) ? known : graph[from] = new SortedSet<string>(StringComparer.Ordinal);
            foreach (var to in References(type).SelectMany(Parts).Where(reference => reference.Scope == module).Select(reference => FolderOf(reference, root)).OfType<string>())
            {
                if (to != from)
                {
                    used.Add(to);
                }
            }
        }

        return graph;
    }

    /// <returns>A circle of folders, each using the next; empty when there is none.</returns>
    public static IReadOnlyList<string> Circle(IReadOnlyDictionary<string, SortedSet<string>> graph)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        var path = new List<string>();
        IReadOnlyList<string> Visit(string folder)
        {
            if (path.IndexOf(folder) is >= 0 and var at)
            {
                return path[at..];
            }

            if (done.Contains(folder) || !graph.TryGetValue(folder, out var used))
            {
                return [];
            }

            path.Add(folder);
            var found = used.Select(Visit).FirstOrDefault(circle => circle.Count > 0) ?? [];
            path.RemoveAt(path.Count - 1);
            done.Add(folder);
            return found;
        }

        return graph.Keys.Select(Visit).FirstOrDefault(circle => circle.Count > 0) ?? [];
    }

    private static string? FolderOf(TypeReference type, string root)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.Namespace == root ? "." : type.Namespace.StartsWith(root + ".", StringComparison.Ordinal) ? type.Namespace[(root.Length + 1)..].Split('.')[0] : null;
    }

    private static IEnumerable<TypeReference> References(TypeDefinition type)
    {
        IEnumerable<TypeReference> own =
        [
            type.BaseType, .. type.Interfaces.Select(i => i.InterfaceType), .. type.Fields.Select(f => f.FieldType), .. type.Properties.Select(p => p.PropertyType),
            .. type.CustomAttributes.Select(a => a.AttributeType), .. type.GenericParameters.SelectMany(g => g.Constraints.Select(c => c.ConstraintType)),
        ];
        return own.Concat(type.Methods.SelectMany(References)).Where(reference => reference is not null);
    }

    private static IEnumerable<TypeReference> References(MethodDefinition method)
    {
        IEnumerable<TypeReference> signature = [method.ReturnType, .. method.Parameters.Select(p => p.ParameterType), .. method.GenericParameters.SelectMany(g => g.Constraints.Select(c => c.ConstraintType))];
        return method.HasBody
            ? signature.Concat(method.Body.Variables.Select(v => v.VariableType)).Concat(method.Body.Instructions.SelectMany(References))
            : signature;
    }

    private static IEnumerable<TypeReference> References(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        GenericInstanceMethod method => [method.DeclaringType, .. method.GenericArguments],
        MemberReference member => [member.DeclaringType],
        _ => [],
    };

    /// <summary>The types that a constructed one is made of.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference type) => type switch
    {
        GenericInstanceType generic => Parts(generic.ElementType).Concat(generic.GenericArguments.SelectMany(Parts)),
        FunctionPointerType => [],
        TypeSpecification made => Parts(made.ElementType),
        _ => [type],
    };
}
