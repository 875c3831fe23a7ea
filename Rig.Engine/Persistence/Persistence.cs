using System.Collections.Concurrent;
using Rig.Engine.Actor;
using Rig.Engine.Configuration;
using Rig.Engine.Persistence.Journal;
using Rig.Engine.Util;

namespace Rig.Engine.Persistence;

/// <summary>Reaches the persistence of an actor system.</summary>
internal sealed class Persistence : ExtensionIdProvider<PersistenceExtension>
{
    public static Persistence Instance { get; } = new();

    public override PersistenceExtension CreateExtension(ExtendedActorSystem system) => new(system);

    internal sealed record RequestRecoveryPermit
    {
        public static readonly RequestRecoveryPermit Instance = new();
    }

    internal sealed record RecoveryPermitGranted : Event.IDeadLetterSuppression
    {
        public static readonly RecoveryPermitGranted Instance = new();
    }

    internal sealed record ReturnRecoveryPermit
    {
        public static readonly ReturnRecoveryPermit Instance = new();
    }
}

/// <summary>Journals and snapshot stores by the section that configures them; each is made with its first use.</summary>
internal sealed class PersistenceExtension : IExtension
{
    private const string NoSnapshotStore = "akka.persistence.no-snapshot-store";

    private readonly ExtendedActorSystem _system;
    private readonly Config _config;
    private readonly ConcurrentDictionary<string, Lazy<IActorRef>> _plugins = new();
    private readonly ConcurrentDictionary<string, Config> _sections = new();

    public PersistenceExtension(ExtendedActorSystem system)
    {
        _system = system;
        _config = system.Settings.Config;
        RecoveryPermitter = system.SystemActorOf(
            Props.Create(typeof(RecoveryPermitterActor), _config.GetInt("akka.persistence.max-concurrent-recoveries", 50)), "recoveryPermitter");
        const string Key = "akka.persistence.internal-stash-overflow-strategy";
        StashOverflow = Activator.CreateInstance(TypeNames.Resolve(_config.GetString(Key), Key)) is IStashOverflowStrategyConfigurator configurator
            ? configurator.Strategy
            : throw new ConfigurationException($"{Key} is '{_config.GetString(Key)}'. Write one of the two that hocon/persistence.conf names.");
    }

    public StashOverflow StashOverflow { get; }

    public IActorRef RecoveryPermitter { get; }

    /// <param name="journalPluginId">Empty for <c>akka.persistence.journal.plugin</c>.</param>
    /// <exception cref="ArgumentException">Nothing is configured there.</exception>
    public IActorRef JournalFor(string journalPluginId)
    {
        var id = string.IsNullOrEmpty(journalPluginId) ? _config.GetString("akka.persistence.journal.plugin", "") : journalPluginId;
        return id.Length == 0
            ? throw new ArgumentException("No journal is configured. Set akka.persistence.journal.plugin to the section of one.", nameof(journalPluginId))
            : PluginFor(id, "akka.persistence.journal-plugin-fallback");
    }

    /// <param name="snapshotPluginId">Empty for <c>akka.persistence.snapshot-store.plugin</c>; if that is empty too, saving fails and nothing is ever loaded.</param>
    /// <exception cref="ArgumentException">Nothing is configured there.</exception>
    public IActorRef SnapshotStoreFor(string snapshotPluginId)
    {
        var id = string.IsNullOrEmpty(snapshotPluginId) ? _config.GetString("akka.persistence.snapshot-store.plugin", "") : snapshotPluginId;
        return PluginFor(id.Length == 0 ? NoSnapshotStore : id, "akka.persistence.snapshot-store-plugin-fallback");
    }

    public Config JournalConfigFor(string journalPluginId) => ConfigFor(JournalFor(journalPluginId));

    /// <summary>The section of the plugin that this actor is.</summary>
    public Config ConfigFor(IActorRef plugin) => _sections[plugin.Path.Name];

    public EventAdapters AdaptersFor(IActorRef plugin) => EventAdapters.Create(_system, ConfigFor(plugin));

    private IActorRef PluginFor(string id, string fallback) => _plugins.GetOrAdd(id, _ => new Lazy<IActorRef>(() =>
    {
        if (!_config.HasPath(id))
            throw new ArgumentException($"Persistence plugin '{id}' is not configured. Write a section {id} with a class.", nameof(id));
        var config = _sections[id] = _config.GetConfig(id).WithFallback(_config.GetConfig(fallback));
        var type = TypeNames.Resolve(config.GetString("class", ""), $"{id}.class");
        var props = type.GetConstructor([typeof(Config)]) is null ? Props.Create(type) : Props.Create(type, config);
        return _system.SystemActorOf(props.WithDispatcher(config.GetString("plugin-dispatcher", "")), id);
    })).Value;
}
