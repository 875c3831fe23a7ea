using Rig.Engine.Streams.Implementation;

namespace Rig.Engine.Streams.Dsl;

/// <summary>A blueprint of a stream's end.</summary>
public sealed class Sink<TIn, TMat> : ISinkGraph<TIn, TMat>
{
    private readonly Func<Interpreter, Outlet<TIn>, TMat> build;

    internal Sink(Func<Interpreter, Outlet<TIn>, TMat> build) => this.build = build;

    public Sink<TIn, TMat2> MapMaterializedValue<TMat2>(Func<TMat, TMat2> fn) => new((interpreter, upstream) => fn(build(interpreter, upstream)));

    TMat ISinkGraph<TIn, TMat>.Build(Interpreter interpreter, Outlet<TIn> upstream) => build(interpreter, upstream);
}
