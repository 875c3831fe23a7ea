using System.Collections.Concurrent;
using Rig.Engine.Actor;
using Rig.Engine.Configuration;

namespace Rig.Engine.Dispatch;

/// <summary>The dispatchers and mailbox limits of one system, made as the configuration names them.</summary>
internal sealed class Dispatchers(Config config, EngineRuntime runtime)
{
    private const string DefaultId = "akka.actor.default-dispatcher";
    private const int DefaultThroughput = 64;

    private readonly ConcurrentDictionary<string, MessageDispatcher> _byId = new();
    private readonly ConcurrentDictionary<string, int> _capacities = new();

    public MessageDispatcher Internal => Default;

    private MessageDispatcher Default => Get(DefaultId);

    public MessageDispatcher For(Props props) => props.Dispatcher.Length == 0 ? Default : Get(props.Dispatcher);

    public MailboxBound? BoundFor(Props props)
    {
        if (props.Mailbox.Length == 0)
            return null;
        var capacity = _capacities.GetOrAdd(props.Mailbox, CapacityOf);
        return capacity < 0 ? null : new MailboxBound(capacity);
    }

    private MessageDispatcher Get(string id) => _byId.GetOrAdd(id, Create);

    private MessageDispatcher Create(string id)
    {
        if (id != DefaultId && !config.HasPath(id))
            throw new ConfigurationException($"Dispatcher '{id}' is not configured. Add a section of that name with at least 'throughput'.");
        var throughput = config.GetInt(id + ".throughput", DefaultThroughput);
        if (throughput < 1)
            throw new ConfigurationException($"{id}.throughput is {throughput}. Give the number of messages that one actor may handle in a row, at least 1.");
        return runtime.CreateDispatcher(id, throughput);
    }

    private int CapacityOf(string section)
    {
        if (!config.HasPath(section))
            throw new ConfigurationException($"Mailbox '{section}' is not configured. Add a section of that name with 'mailbox-capacity'.");
        return config.GetInt(section + ".mailbox-capacity", -1);
    }
}
