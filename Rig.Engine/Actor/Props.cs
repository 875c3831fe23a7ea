using System.Linq.Expressions;
using System.Reflection;

namespace Rig.Engine.Actor;

/// <summary>The recipe of an actor: its type, constructor arguments and settings. Immutable; shared by all actors made from it.</summary>
public class Props : IEquatable<Props>
{
    private readonly Func<ActorBase> _factory;

    private Props(Type type, object?[] arguments, Func<ActorBase> factory)
    {
        Type = type;
        Arguments = arguments!;
        _factory = factory;
    }

    private Props(Props copy)
    {
        Type = copy.Type;
        Arguments = copy.Arguments;
        _factory = copy._factory;
        Deploy = copy.Deploy;
        SupervisorStrategy = copy.SupervisorStrategy!;
        RouterConfig = copy.RouterConfig;
    }

    public Type Type { get; }

    public object[] Arguments { get; }

    public Deploy Deploy { get; private init; } = Deploy.None;

    public string Dispatcher => Deploy.Dispatcher;

    public string Mailbox => Deploy.Mailbox;

    /// <summary>Replaces the actor's own strategy; null to ask the actor.</summary>
    public SupervisorStrategy SupervisorStrategy { get; private init; } = null!;

    public string TypeName => Type.AssemblyQualifiedName!;

    internal Routing.RouterConfig? RouterConfig { get; private init; }

    /// <param name="factory">Must be <c>() =&gt; new T(...)</c>; the arguments are evaluated once, now.</param>
    /// <param name="supervisorStrategy">For the children of the actor.</param>
    /// <exception cref="ArgumentException">The expression is not a constructor call.</exception>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null)
        where TActor : ActorBase
    {
        if (factory.Body is not NewExpression { Constructor: { } constructor } call)
            throw new ArgumentException("The create function must be of the form () => new Actor(arguments).", nameof(factory));
        var arguments = call.Arguments.Select(Evaluate).ToArray();
        return new Props(typeof(TActor), arguments, Construct(constructor, arguments)) { SupervisorStrategy = supervisorStrategy! };
    }

    public static Props Create<TActor>(params object[] args)
        where TActor : ActorBase => Create(typeof(TActor), args);

    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy)
        where TActor : ActorBase, new() => Create(typeof(TActor)).WithSupervisorStrategy(supervisorStrategy);

    /// <exception cref="ArgumentException">The type is no actor.</exception>
    public static Props Create(Type type, params object[] args)
    {
        if (!type.IsAssignableTo(typeof(ActorBase)) || type.IsAbstract)
            throw new ArgumentException($"{type} is not an actor that can be made. Give a concrete type derived from ActorBase.", nameof(type));
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        if (args.Length == 0 && type.GetConstructor(Any, []) is { } plain)
            return new Props(type, args, Construct(plain, args));
        return new Props(type, args, () => (ActorBase)Activator.CreateInstance(
            type, Any | BindingFlags.OptionalParamBinding | BindingFlags.CreateInstance, null, args, null)!);
    }

    /// <summary>For the engine's own actors, whose construction needs no description.</summary>
    internal static Props Create(Type type, Func<ActorBase> factory) => new(type, [], factory);

    public Props WithDispatcher(string dispatcher) => new(this) { Deploy = Deploy.WithDispatcher(dispatcher) };

    /// <param name="mailbox">A section of the configuration; see <c>mailbox-capacity</c> in reference.conf.</param>
    public Props WithMailbox(string mailbox) => new(this) { Deploy = Deploy.WithMailbox(mailbox) };

    /// <summary>Limits what the actor may put aside; beyond it <see cref="IStash.Stash"/> throws.</summary>
    public Props WithStashCapacity(int stashCapacity) => new(this) { Deploy = Deploy.WithStashCapacity(stashCapacity) };

    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy) => new(this) { SupervisorStrategy = supervisorStrategy };

    /// <summary>The actor made stands before a pool of actors made from this recipe.</summary>
    public Props WithRouter(Routing.RouterConfig routerConfig) => new(this) { RouterConfig = routerConfig };

    /// <summary>A fresh instance; called by the engine within the actor's turn.</summary>
    public virtual ActorBase NewActor() => _factory();

    public bool Equals(Props? other) =>
        ReferenceEquals(this, other)
        || (other is not null && Type == other.Type && Deploy.Equals(other.Deploy)
            && Equals(SupervisorStrategy, other.SupervisorStrategy) && Equals(RouterConfig, other.RouterConfig)
            && Arguments.SequenceEqual(other.Arguments));

    public override bool Equals(object? obj) => Equals(obj as Props);

    public override int GetHashCode() => HashCode.Combine(Type, Deploy, Arguments.Length);

    internal Props WithoutRouter() => new(this) { RouterConfig = null };

    private static Func<ActorBase> Construct(ConstructorInfo constructor, object?[] arguments)
    {
        var invoker = ConstructorInvoker.Create(constructor);
        return () =>
        {
            try
            {
                return (ActorBase)invoker.Invoke(arguments.AsSpan());
            }
            catch (TargetInvocationException wrapped) when (wrapped.InnerException is { } cause)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(cause).Throw();
                throw;
            }
        };
    }

    private static object? Evaluate(Expression argument) => argument switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field, Expression: ConstantExpression owner } => field.GetValue(owner.Value),
        _ => Expression.Lambda<Func<object?>>(Expression.Convert(argument, typeof(object))).Compile(preferInterpretation: true)(),
    };
}

/// <summary>Where and how an actor runs.</summary>
public class Deploy : IEquatable<Deploy>
{
    public const int NoStashSize = -1;

    public static readonly string NoDispatcherGiven = string.Empty;
    public static readonly string NoMailboxGiven = string.Empty;
    public static readonly Deploy None = new();

    private Deploy()
    {
    }

    public string Dispatcher { get; private init; } = NoDispatcherGiven;

    public string Mailbox { get; private init; } = NoMailboxGiven;

    public int StashCapacity { get; private init; } = NoStashSize;

    public bool Equals(Deploy? other) =>
        other is not null && Dispatcher == other.Dispatcher && Mailbox == other.Mailbox && StashCapacity == other.StashCapacity;

    public override bool Equals(object? obj) => Equals(obj as Deploy);

    public override int GetHashCode() => HashCode.Combine(Dispatcher, Mailbox, StashCapacity);

    public virtual Deploy WithDispatcher(string dispatcher) => Copy(dispatcher, Mailbox, StashCapacity);

    public virtual Deploy WithMailbox(string mailbox) => Copy(Dispatcher, mailbox, StashCapacity);

    public virtual Deploy WithStashCapacity(int stashSize) => Copy(Dispatcher, Mailbox, stashSize);

    private static Deploy Copy(string dispatcher, string mailbox, int stashCapacity) =>
        new() { Dispatcher = dispatcher, Mailbox = mailbox, StashCapacity = stashCapacity };
}
