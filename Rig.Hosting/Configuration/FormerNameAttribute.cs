namespace Rig.Hosting.Configuration;

/// <summary>The key that an option had in an earlier version; a setting under it still holds where the present key is not set.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FormerNameAttribute(string name) : Attribute
{
    public string Name => name;
}
