using Rig.Engine.Dispatch.SysMsg;

namespace Rig.Engine.Actor;

// Children: made within the parent's turn, or from any thread for the guardians.
internal sealed partial class ActorCell
{
    private Children? _children;

    public IActorRef ActorOf(Props props, string? name = null)
    {
        if (_current is null && _parent is not RootSupervisor && !_self.IsGuardian)
            throw new NotSupportedException("Children are made within their parent's turn. Send the parent a message that asks for it.");
        return AttachChild(props, name);
    }

    /// <summary>As <see cref="ActorOf"/>, from any thread; for the guardians.</summary>
    public IActorRef AttachChild(Props props, string? name)
    {
        if (name is not null && !ActorPath.IsValidPathElement(name))
        {
            throw new InvalidActorNameException(
                $"'{name}' cannot name an actor. Use ASCII letters, digits and {ActorPath.ValidSymbols}, without a leading '$' or a '/'.");
        }

        var children = EnsureChildren();
        LocalActorRef child;
        lock (children.ByName)
        {
            if (children.Closed)
                throw new InvalidOperationException($"Cannot create child '{name}' of {_self}: it is terminating or has terminated.");
            name ??= children.NextName();
            if (children.ByName.ContainsKey(name))
                throw new InvalidActorNameException($"Actor name '{name}' is not unique among the children of {_self}.");
            var path = new ChildActorPath(_self.Path, name, _system.Runtime.NextUid());
            child = (LocalActorRef)_system.Provider.ActorOf(_system, props, _self, path);
            children.ByName.Add(name, child);
            if (_extras?.Fault is { IsFailed: true })
                child.Suspend();
        }

        child.Start();
        return child;
    }

    public IActorRef Child(string name) => GetSingleChild(name);

    public IInternalActorRef GetSingleChild(string name)
    {
        var (plain, uid) = ActorPath.SplitNameAndUid(name);
        if (_children is { } children)
        {
            lock (children.ByName)
            {
                if (children.ByName.TryGetValue(plain, out var child) && (uid == ActorPath.UndefinedUid || uid == child.Path.Uid))
                    return child;
            }
        }

        return Nobody.Instance;
    }

    public IEnumerable<IActorRef> GetChildren() => SnapshotChildren();

    internal LocalActorRef[] SnapshotChildren()
    {
        if (_children is not { } children)
            return [];
        lock (children.ByName)
            return [.. children.ByName.Values];
    }

    internal bool HasChildren => _children is { } children && children.Count > 0;

    private Children EnsureChildren()
    {
        if (Volatile.Read(ref _children) is { } present)
            return present;
        var created = new Children();
        return Interlocked.CompareExchange(ref _children, created, null) ?? created;
    }

    private bool TryGetChild(IActorRef child, out LocalActorRef found)
    {
        found = null!;
        if (_children is not { } children)
            return false;
        lock (children.ByName)
        {
            return children.ByName.TryGetValue(child.Path.Name, out found!) && found.Equals(child);
        }
    }

    /// <summary>Returns whether it was a child.</summary>
    private bool RemoveChild(IActorRef child)
    {
        if (_children is not { } children)
            return false;
        lock (children.ByName)
        {
            if (!children.ByName.TryGetValue(child.Path.Name, out var found) || !found.Equals(child))
                return false;
            children.ByName.Remove(child.Path.Name);
            children.Restarts?.Remove(child);
            return true;
        }
    }

    private ChildRestartStats StatsOf(LocalActorRef child)
    {
        var restarts = _children!.Restarts ??= [];
        if (!restarts.TryGetValue(child, out var stats))
            restarts.Add(child, stats = new ChildRestartStats(child));
        return stats;
    }

    private void SuspendChildren(IActorRef? except)
    {
        foreach (var child in SnapshotChildren())
        {
            if (!child.Equals(except))
                child.Suspend();
        }
    }

    private void ResumeChildren(Exception? cause, IActorRef? perpetrator)
    {
        foreach (var child in SnapshotChildren())
            child.Resume(child.Equals(perpetrator) ? cause : null);
    }

    /// <summary>No children can be made from now on.</summary>
    private void CloseChildren()
    {
        var children = EnsureChildren();
        lock (children.ByName)
            children.Closed = true;
    }

    private void HandleFailed(Failed failed)
    {
        if (!TryGetChild(failed.Child, out var child) || child.Path.Uid != failed.Uid)
            return;
        _message = failed;
        _sender = child;
        try
        {
            var siblings = SnapshotChildren();
            var strategy = Props.SupervisorStrategy ?? _supervisorStrategy ?? SupervisorStrategy.DefaultStrategy;
            if (!strategy.HandleFailure(this, child, failed.Cause, StatsOf(child), siblings, StatsOf))
                EscalateFailure(child, failed.Cause);
        }
        finally
        {
            _message = null;
            _sender = null;
        }
    }

    private sealed class Children
    {
        public readonly Dictionary<string, LocalActorRef> ByName = new(StringComparer.Ordinal);
        public Dictionary<IActorRef, ChildRestartStats>? Restarts;
        public bool Closed;
        private long _generated;

        public int Count
        {
            get
            {
                lock (ByName)
                    return ByName.Count;
            }
        }

        public string NextName() => TemporaryNames.For(_generated++);
    }
}

/// <summary>Names for actors that were given none: <c>$a</c>, <c>$b</c>, ... in a base-64 alphabet.</summary>
internal static class TemporaryNames
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+~";

    public static string For(long number)
    {
        Span<char> text = stackalloc char[12];
        text[0] = '$';
        var length = 1;
        do
        {
            text[length++] = Alphabet[(int)(number & 63)];
            number >>= 6;
        }
        while (number != 0);
        return new string(text[..length]);
    }
}

/// <summary>How often a child failed within its supervisor's window.</summary>
internal sealed class ChildRestartStats(IInternalActorRef child)
{
    private int _retries;
    private DateTimeOffset _windowStart;

    public IInternalActorRef Child { get; } = child;

    /// <summary>Counts one more restart; false when it is one too many.</summary>
    /// <param name="maxRetries">Negative for no limit.</param>
    /// <param name="window">The time in which at most that many restarts may fall; null for all time.</param>
    /// <param name="now">The present.</param>
    public bool RequestRestartPermission(int maxRetries, TimeSpan? window, DateTimeOffset now)
    {
        if (maxRetries == 0)
            return false;
        if (window is not { } length)
            return maxRetries < 0 || ++_retries <= maxRetries;
        var allowed = maxRetries < 0 ? 1 : maxRetries;
        if (_retries == 0 || now - _windowStart > length)
        {
            _retries = 0;
            _windowStart = now;
        }

        return ++_retries <= allowed;
    }
}
