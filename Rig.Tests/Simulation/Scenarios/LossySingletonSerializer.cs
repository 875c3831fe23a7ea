namespace Rig.Tests.Simulation.Scenarios;

/// <summary>A planted fault: the first consents to a hand-over that a process gives never leave it.</summary>
internal sealed class LossySingletonSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    private const int Lost = 5;

    private readonly ClusterSingletonMessageSerializer inner = new(system);
    private int consents;

    public override int Identifier => inner.Identifier;

    public override string Manifest(object o) => inner.Manifest(o);

    public override byte[] ToBinary(object obj) => obj is HandOverDone && ++consents <= Lost
        ? throw new InvalidOperationException("This consent gets lost.")
        : inner.ToBinary(obj);

    public override object FromBinary(byte[] bytes, string manifest) => inner.FromBinary(bytes, manifest);
}
