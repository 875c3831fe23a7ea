using System.Globalization;
using System.Runtime.Serialization;
using System.Text;

namespace Rig.Tests.Engine.Local;

public class SerializationTests() : TestKit(
    BootstrapSetup.Create().WithConfig(ConfigurationFactory.ParseString("akka.loglevel = WARNING"))
        .And(SerializationSetup.Create(system => [SerializerDetails.Create("fruit", new FruitSerializer(system), [typeof(IFruit)])])))
{
    [Fact]
    public void A_serializer_is_found_by_interface_and_reads_what_it_wrote()
    {
        var serializer = Sys.Serialization.FindSerializerFor(new Apple(3));
        var manifest = Rig_ManifestFor(serializer, new Apple(3));
        Assert.Equal("apple", manifest);
        Assert.Equal(new Apple(3), Sys.Serialization.Deserialize(serializer.ToBinary(new Apple(3)), serializer.Identifier, manifest));
    }

    [Fact]
    public void An_unknown_serializer_is_an_error() =>
        Assert.ThrowsAny<SerializationException>(() => Sys.Serialization.Deserialize([], 987, "apple"));

    [Fact]
    public void A_reference_survives_as_text()
    {
        var text = SerializedPath(TestActor);
        Assert.Equal(TestActor, ((ExtendedActorSystem)Sys).Serialization.DeserializeActorRef(text));
    }

    private static string Rig_ManifestFor(Serializer serializer, object message) => ((SerializerWithStringManifest)serializer).Manifest(message);

    private static string SerializedPath(IActorRef actor) => actor.Path.ToSerializationFormat();

    private interface IFruit;

    private sealed record Apple(int Count) : IFruit;

    private sealed class FruitSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
    {
        public override int Identifier => 4711;

        public override string Manifest(object o) => "apple";

        public override byte[] ToBinary(object obj) => Encoding.UTF8.GetBytes(((Apple)obj).Count.ToString(CultureInfo.InvariantCulture));

        public override object FromBinary(byte[] bytes, string manifest) => manifest == "apple"
            ? new Apple(int.Parse(Encoding.UTF8.GetString(bytes), CultureInfo.InvariantCulture))
            : throw new ArgumentException($"Manifest '{manifest}' is unknown.", nameof(manifest));
    }
}
