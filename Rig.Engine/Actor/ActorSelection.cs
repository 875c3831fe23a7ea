using Rig.Engine.Dispatch;

namespace Rig.Engine.Actor;

/// <summary>
/// The actors at a path, looked up anew for every message; '*' and '?' stand for characters of a name, '..' for the
/// parent. A path of another system is sent there and followed on that side.
/// </summary>
public class ActorSelection : ICanTell
{
    public ActorSelection(IActorRef anchor, SelectionPathElement[] path)
    {
        Anchor = anchor;
        Path = path;
    }

    public ActorSelection(IActorRef anchor, string path)
        : this(anchor, path == "" ? [] : path.Split('/'))
    {
    }

    public ActorSelection(IActorRef anchor, IEnumerable<string> elements)
        : this(anchor, elements.Where(element => element.Length > 0).Select(Parse).ToArray())
    {
    }

    public IActorRef Anchor { get; }

    public SelectionPathElement[] Path { get; }

    public string PathString => string.Join<SelectionPathElement>("/", Path);

    public void Tell(object message, IActorRef? sender = null)
    {
        sender ??= ActorCell.CurrentOrNull?.Self ?? ImplicitSender.Current;
        DeliverSelection((IInternalActorRef)Anchor, sender, new ActorSelectionMessage(message, Path));
    }

    /// <exception cref="ActorNotFoundException">No actor answered in time.</exception>
    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    /// <inheritdoc cref="ResolveOne(TimeSpan)"/>
    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null!), timeout, ct).Detached();
            return identity.Subject ?? throw new ActorNotFoundException($"No actor answers at {this}.");
        }
        catch (AskTimeoutException cause)
        {
            throw new ActorNotFoundException($"No actor answered at {this} within {timeout}.", cause);
        }
    }

    public override bool Equals(object? obj) =>
        obj is ActorSelection other && Equals(Anchor, other.Anchor) && Path.SequenceEqual(other.Path);

    public override int GetHashCode() => HashCode.Combine(Anchor, Path.Length);

    public override string ToString() => $"ActorSelection[Anchor({Anchor.Path}), Path({PathString})]";

    /// <summary>Follows the steps as far as they are in this process; a foreign reference gets the rest of the way.</summary>
    internal static void DeliverSelection(IInternalActorRef anchor, IActorRef? sender, ActorSelectionMessage selection)
    {
        var elements = selection.Elements;
        var current = anchor;
        for (var i = 0; i < elements.Length; i++)
        {
            if (current is not LocalActorRef local)
            {
                if (current is MinimalActorRef or Nobody)
                    current = current.GetChild(elements.Skip(i).Select(element => element.ToString()!).ToArray()) as IInternalActorRef ?? Nobody.Instance;
                else
                    selection = new ActorSelectionMessage(selection.Message, elements[i..], selection.WildCardFanOut);
                if (current is MinimalActorRef or Nobody)
                    break;
                current.Tell(selection, sender);
                return;
            }

            switch (elements[i])
            {
                case SelectParent:
                    current = local.Parent is RootSupervisor ? local : local.Parent;
                    break;
                case SelectChildName name:
                    current = (IInternalActorRef)local.GetChild([name.Name]);
                    break;
                case SelectChildPattern pattern:
                    SpreadOut(local, pattern, elements[(i + 1)..], selection.Message, sender);
                    return;
            }

            if (current is Nobody)
                break;
        }

        if (current is Nobody)
            TellNobody(anchor, sender, selection);
        else
            current.Tell(selection.Message, sender);
    }

    private static void SpreadOut(LocalActorRef parent, SelectChildPattern pattern, SelectionPathElement[] rest, object message, IActorRef? sender)
    {
        foreach (var child in parent.Cell.SnapshotChildren().Where(child => pattern.Matches(child.Path.Name)))
        {
            if (rest.Length == 0)
                child.Tell(message, sender);
            else
                DeliverSelection(child, sender, new ActorSelectionMessage(message, rest, wildCardFanOut: true));
        }
    }

    private static void TellNobody(IInternalActorRef anchor, IActorRef? sender, ActorSelectionMessage selection)
    {
        if (selection.Message is Identify identify)
        {
            if (!selection.WildCardFanOut)
                sender?.Tell(new ActorIdentity(identify.MessageId, null), ActorRefs.NoSender);
            return;
        }

        if (selection.WildCardFanOut)
            return;
        // The path that was meant names the receiver of the dead letter.
        var path = anchor.Path / selection.Elements.Select(element => element.ToString()!);
        var provider = anchor.Provider;
        provider.DeadLetters.Tell(
            new Event.DeadLetter(selection.Message, sender ?? provider.DeadLetters, provider.ResolveActorRef(path)), sender);
    }

    private static SelectionPathElement Parse(string element) => element switch
    {
        ".." => SelectParent.Instance,
        _ when element.AsSpan().IndexOfAny('*', '?') >= 0 => new SelectChildPattern(element),
        _ => new SelectChildName(element),
    };
}

internal static class ActorRefFactoryShared
{
    public static ActorSelection ActorSelection(ActorPath path, ActorSystemImpl system) =>
        new(system.Provider.RootGuardianAt(path.Address), path.Elements);

    /// <param name="path">Absolute with or without an address, or relative to <paramref name="anchor"/>.</param>
    /// <param name="system">The system.</param>
    /// <param name="anchor">Where a relative path starts; the user guardian's root when null.</param>
    public static ActorSelection ActorSelection(string path, ActorSystemImpl system, IActorRef? anchor = null)
    {
        if (Address.TryParse(path, out _))
        {
            return ActorPath.TryParse(path, out var absolute)
                ? ActorSelection(absolute, system)
                : new ActorSelection(system.DeadLetters, "");
        }

        if (path.StartsWith('/'))
            return new ActorSelection(system.Provider.RootGuardian, path.Split('/'));
        return new ActorSelection(anchor ?? system.Provider.Guardian, path.Split('/'));
    }
}
