using System.Reflection;
using System.Reflection.Emit;

namespace Rig.Simulation.Platform;

/// <summary>Members of .NET and Akka.NET that are not theirs to promise. One that is missing is named, with the library it is missing in.</summary>
internal static class Reflected
{
    private const BindingFlags Any = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    /// <exception cref="SelfCheckException">There is no such type any more.</exception>
    public static Type Type(Assembly assembly, string name) => assembly.GetType(name) ?? throw Missing(assembly, name);

    /// <exception cref="SelfCheckException">There is no such field any more, or it holds something else.</exception>
    public static FieldInfo Field<T>(Type owner, string name)
    {
        var field = owner.GetField(name, Any) ?? throw Missing(owner.Assembly, $"{owner.FullName}.{name}");
        return typeof(T).IsAssignableFrom(field.FieldType)
            ? field
            : throw new SelfCheckException($"{owner.FullName}.{name} in {owner.Assembly.GetName()} is a {field.FieldType} and no {typeof(T)} any more.");
    }

    /// <exception cref="SelfCheckException">There is no such method any more.</exception>
    public static T StaticMethod<T>(Type owner, string name)
        where T : Delegate => (owner.GetMethod(name, Any, []) ?? throw Missing(owner.Assembly, $"{owner.FullName}.{name}()")).CreateDelegate<T>();

    public static T StaticValue<T>(Type owner, string name)
        where T : class => (T?)Field<T>(owner, name).GetValue(null) ?? throw new SelfCheckException($"{owner.FullName}.{name} in {owner.Assembly.GetName()} is null.");

    /// <summary>Writes a static field, one that may be written only once too.</summary>
    public static void SetStatic<T>(Type owner, string name, T value)
    {
        var field = Field<T>(owner, name);
        var setter = new DynamicMethod("set", null, [typeof(T)], owner.Module, skipVisibility: true);
        var code = setter.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Stsfld, field);
        code.Emit(OpCodes.Ret);
        setter.CreateDelegate<Action<T>>()(value);
    }

    /// <summary>Reads an instance's field without boxing.</summary>
    public static Func<object, T> Getter<T>(Type owner, string name)
    {
        var field = Field<T>(owner, name);
        var getter = new DynamicMethod("get", typeof(T), [typeof(object)], owner.Module, skipVisibility: true);
        var code = getter.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Castclass, owner);
        code.Emit(OpCodes.Ldfld, field);
        code.Emit(OpCodes.Ret);
        return getter.CreateDelegate<Func<object, T>>();
    }

    private static SelfCheckException Missing(Assembly assembly, string name) => new($"{name} is missing in {assembly.GetName()}.");
}

/// <summary>This process cannot hold a world: something of .NET, Akka.NET or the machine is not as the simulation needs it.</summary>
internal sealed class SelfCheckException(string message)
    : Exception($"{message} The simulation rests on it; docs/design/simulation.md says what for.");
