using System.Collections.Concurrent;
using Rig.Engine.Actor;
using Rig.Engine.Configuration;
using Rig.Engine.Persistence.Journal;
using Rig.Engine.Util;

namespace Rig.Engine.Persistence;

/// <summary>Reaches the persistence of an actor system.</summary>
public class Persistence : ExtensionIdProvider<PersistenceExtension>
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
public class PersistenceExtension : IExtension
{
    private const string NoSnapshotStore = "akka.persistence.no-snapshot-store";

    private readonly ExtendedActorSystem _system;
    private readonly Config _config;
    private readonly ConcurrentDictionary<string, Lazy<Plugin>> _plugins = new();

    public PersistenceExtension(ExtendedActorSystem system)
    {
        _system = system;
        _config = system.Settings.Config;
        RecoveryPermitter = system.SystemActorOf(
            Props.Create(typeof(RecoveryPermitterActor), _config.GetInt("akka.persistence.max-concurrent-recoveries", 50)), "recoveryPermitter");
        const string Key = "akka.persistence.internal-stash-overflow-strategy";
        DefaultInternalStashOverflowStrategy =
            ((IStashOverflowStrategyConfigurator)Activator.CreateInstance(TypeNames.Resolve(_config.GetString(Key), Key))!).Create();
    }

    public IStashOverflowStrategy DefaultInternalStashOverflowStrategy { get; }

    internal IActorRef RecoveryPermitter { get; }

    /// <param name="journalPluginId">Empty for <c>akka.persistence.journal.plugin</c>.</param>
    /// <exception cref="ArgumentException">Nothing is configured there.</exception>
    public IActorRef JournalFor(string journalPluginId) => JournalPlugin(journalPluginId).Ref;

    /// <param name="snapshotPluginId">Empty for <c>akka.persistence.snapshot-store.plugin</c>; if that is empty too, saving fails and nothing is ever loaded.</param>
    /// <exception cref="ArgumentException">Nothing is configured there.</exception>
    public IActorRef SnapshotStoreFor(string snapshotPluginId)
    {
        var id = string.IsNullOrEmpty(snapshotPluginId) ? _config.GetString("akka.persistence.snapshot-store.plugin", "") : snapshotPluginId;
        return PluginFor(id.Length == 0 ? NoSnapshotStore : id, "akka.persistence.snapshot-store-plugin-fallback").Ref;
    }

    internal Config JournalConfigFor(string journalPluginId) => JournalPlugin(journalPluginId).Config;

    /// <summary>The section of the plugin that this actor is.</summary>
    internal Config ConfigFor(IActorRef plugin)
    {
        var id = plugin.Path.Name;
        var fallback = id.Contains("snapshot-store", StringComparison.Ordinal) ? "akka.persistence.snapshot-store-plugin-fallback" : "akka.persistence.journal-plugin-fallback";
        return ConfigOf(id, fallback);
    }

    internal EventAdapters AdaptersFor(IActorRef plugin) => EventAdapters.Create(_system, ConfigFor(plugin));

    private Plugin JournalPlugin(string journalPluginId)
    {
        var id = string.IsNullOrEmpty(journalPluginId) ? _config.GetString("akka.persistence.journal.plugin", "") : journalPluginId;
        return id.Length == 0
            ? throw new ArgumentException("No journal is configured. Set akka.persistence.journal.plugin to the section of one.", nameof(journalPluginId))
            : PluginFor(id, "akka.persistence.journal-plugin-fallback");
    }

    private Plugin PluginFor(string id, string fallback) => _plugins.GetOrAdd(id, _ => new Lazy<Plugin>(() =>
    {
        if (!_config.HasPath(id))
            throw new ArgumentException($"Persistence plugin '{id}' is not configured. Write a section {id} with a class.", nameof(id));
        var config = ConfigOf(id, fallback);
        var type = TypeNames.Resolve(config.GetString("class", ""), $"{id}.class");
        var props = type.GetConstructor([typeof(Config)]) is null ? Props.Create(type) : Props.Create(type, config);
        return new Plugin(_system.SystemActorOf(props.WithDispatcher(config.GetString("plugin-dispatcher", "")), id), config);
    })).Value;

    private Config ConfigOf(string id, string fallback) => _config.GetConfig(id).WithFallback(_config.GetConfig(fallback));

    private sealed record Plugin(IActorRef Ref, Config Config);
}
