using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Rig.Ingest.Detect;
using Rig.Tests.Support;

namespace Rig.Tests.Detect.Learned;

/// <summary>A model that cannot be used stops the start with a sentence that names the key.</summary>
public sealed class ModelCheckTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_file_that_is_missing_is_named_and_so_is_where_to_get_one()
    {
        var said = Refusal(folder.File("none.onnx"));
        Assert.Contains(folder.File("none.onnx"), said, StringComparison.Ordinal);
        Assert.Contains("scripts/get-model.sh", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_and_an_empty_file_are_no_models()
    {
        Assert.Contains("is a folder", Refusal(folder.Path), StringComparison.Ordinal);
        Assert.Contains("has 0 bytes", Refusal(Write([])), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_network_are_refused() =>
        Assert.Contains("is no ONNX model that can be run", Refusal(Write([.. Enumerable.Range(0, 999).Select(index => (byte)(index * 7))])), StringComparison.Ordinal);

    [Fact]
    public void A_network_cut_short_is_refused() =>
        Assert.Contains("is no ONNX model that can be run", Refusal(Write(TinyNetworks.Of("YOLOX")[..2000])), StringComparison.Ordinal);

    [Fact]
    public void A_network_for_other_input_is_refused_with_what_it_wants()
    {
        Assert.Contains("not [1, 3, height, width]", Refusal(Write(Passing(new OnnxFile().Input("x", 1, 64, 64, 3), 1, 64, 64, 3))), StringComparison.Ordinal);
        Assert.Contains("multiples of 32", Refusal(Write(Passing(new OnnxFile().Input("x", 1, 3, 50, 50), 1, 3, 50, 50))), StringComparison.Ordinal);
        Assert.Contains("2 inputs", Refusal(Write(Passing(new OnnxFile().Input("x", 1, 3, 64, 64).Input("size", 1, 2), 1, 3, 64, 64))), StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_of_no_known_detector_are_listed() =>
        Assert.Contains("y [1, 3, 64, 64]", Refusal(Write(Passing(new OnnxFile().Input("x", 1, 3, 64, 64), 1, 3, 64, 64))), StringComparison.Ordinal);

    [Fact]
    public void A_network_whose_classes_nobody_names_wants_them_told()
    {
        var path = Write(TinyNetworks.Yolox(named: false));
        Assert.Contains("Rig:Detect:PersonClasses", Refusal(path), StringComparison.Ordinal);
        Assert.Contains("there is no class 7", Refusal(path, ("PersonClasses", "7")), StringComparison.Ordinal);
        Assert.Equal(path, Read(path, ("PersonClasses", "0"), ("BallClasses", "1")).Model);
    }

    [Theory]
    [InlineData("ModelEvery", "0")]
    [InlineData("ModelBudget", "-1")]
    [InlineData("ModelTilePx", "12")]
    [InlineData("ModelProvider", "tpu")]
    [InlineData("PersonClasses", "person")]
    [InlineData("BallClasses", "-1")]
    public void A_bad_option_is_named(string key, string value) => Assert.Contains($"Rig:Detect:{key}", Refusal("", (key, value)), StringComparison.Ordinal);

    private static byte[] Passing(OnnxFile file, params long[] shape) => file.Node("Identity", ["x"], "y").Output("y", shape).ToBytes();

    private string Write(byte[] bytes)
    {
        File.WriteAllBytes(folder.File("model.onnx"), bytes);
        return folder.File("model.onnx");
    }

    private static string Refusal(string model, params (string Key, string Value)[] more) =>
        Assert.Throws<OptionsValidationException>(() => Read(model, more)).Message;

    private static DetectOptions Read(string model, params (string Key, string Value)[] more)
    {
        var settings = more.Append(("Model", model)).ToDictionary(entry => $"Rig:Detect:{entry.Item1}", entry => (string?)entry.Item2);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddDetection(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<DetectOptions>>().Value;
    }
}
