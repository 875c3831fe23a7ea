using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Rig.Hosting.Configuration;

/// <summary>Takes over what a section says under the keys of an earlier version.</summary>
internal sealed class FormerNames<T>(IConfigurationSection section) : IConfigureOptions<T>
    where T : class
{
    public void Configure(T options)
    {
        foreach (var property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetCustomAttribute<FormerNameAttribute>() is { Name: var former } && section.GetSection(former) is { Value: not null } set)
            {
                property.SetValue(options, set.Get(property.PropertyType));
            }
        }
    }
}
