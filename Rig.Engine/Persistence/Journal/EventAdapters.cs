using System.Collections.Concurrent;
using Rig.Engine.Actor;
using Rig.Engine.Configuration;
using Rig.Engine.Util;

namespace Rig.Engine.Persistence.Journal;

/// <summary>The adapters of one journal: <c>event-adapters</c> by name, bound to types by <c>event-adapter-bindings</c>.</summary>
internal sealed class EventAdapters
{
    private readonly ConcurrentDictionary<Type, IEventAdapter> _resolved = new();
    private readonly List<(Type Type, IEventAdapter Adapter)> _bindings = [];

    public static EventAdapters Create(ExtendedActorSystem system, Config journal)
    {
        const string Bindings = "event-adapter-bindings";
        var byName = journal.GetConfig("event-adapters").AsEntries()
            .ToDictionary(entry => entry.Key, entry => Instantiate(system, TypeNames.Resolve(entry.Value, "event-adapters." + entry.Key)));
        var adapters = new EventAdapters();
        foreach (var (typeName, names) in journal.GetConfig(Bindings).AsLists())
        {
            var bound = names.Select(name => byName.TryGetValue(name, out var adapter)
                ? adapter
                : throw new ConfigurationException($"{Bindings} binds {typeName} to '{name}', which is not among event-adapters.")).ToList();
            adapters._bindings.Add((TypeNames.Resolve(typeName, Bindings), Combine(typeName, bound)));
        }

        return adapters;
    }

    /// <summary>The one bound to the type itself, else to its nearest base type or interface.</summary>
    public IEventAdapter Get(Type type) => _resolved.GetOrAdd(type, wanted =>
    {
        (Type Type, IEventAdapter Adapter)? nearest = null;
        foreach (var binding in _bindings.Where(binding => binding.Type.IsAssignableFrom(wanted)))
        {
            if (nearest is null || nearest.Value.Type.IsAssignableFrom(binding.Type))
                nearest = binding;
        }

        return nearest?.Adapter ?? IdentityEventAdapter.Instance;
    });

    private static IEventAdapter Combine(string typeName, List<object> adapters)
    {
        if (adapters is [IEventAdapter only])
            return only;
        var writers = adapters.OfType<IWriteEventAdapter>().ToList();
        return writers.Count > 1
            ? throw new ConfigurationException($"event-adapter-bindings binds {typeName} to {writers.Count} adapters that write. Bind at most one.")
            : new CombinedEventAdapter(writers.FirstOrDefault() ?? IdentityEventAdapter.Instance, [.. adapters.OfType<IReadEventAdapter>()]);
    }

    private static object Instantiate(ExtendedActorSystem system, Type type)
    {
        if (!type.IsAssignableTo(typeof(IWriteEventAdapter)) && !type.IsAssignableTo(typeof(IReadEventAdapter)))
            throw new ConfigurationException($"event-adapters names {type}, which is no event adapter. Implement {nameof(IEventAdapter)}.");
        return type.GetConstructor([typeof(ExtendedActorSystem)]) is { } constructor ? constructor.Invoke([system]) : Activator.CreateInstance(type)!;
    }
}
