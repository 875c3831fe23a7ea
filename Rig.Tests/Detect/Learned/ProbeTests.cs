extern alias ingest;

using ingest::Rig.Ingest.Probe;
using Microsoft.Extensions.Logging.Abstractions;
using OpenCvSharp;
using Rig.Ingest.Detect.Learned;
using Rig.Ingest.Frames;
using Rig.Tests.Support;

namespace Rig.Tests.Detect.Learned;

public sealed class ProbeTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_probe_says_what_the_model_the_processor_and_ffmpeg_can_do()
    {
        await File.WriteAllBytesAsync(folder.File("tiny.onnx"), TinyNetworks.Of("NanoDet"));
        using var output = new StringWriter();
        Assert.Equal(0, await ProbeCommand.RunAsync([$"--Rig:Detect:Model={folder.File("tiny.onnx")}", "--Rig:Detect:ModelProvider=cpu"], output, TextWriter.Null));
        var said = output.ToString();
        Assert.Contains("tiny.onnx: NanoDet, 64x64 pixels, on CPU", said, StringComparison.Ordinal);
        Assert.Contains("CPUExecutionProvider", said, StringComparison.Ordinal);
        Assert.Matches("libx264 +works, [0-9]+ frames", said);
        Assert.Matches("h264_nvenc +(works|does not work: .)", said);
    }

    [Fact]
    public async Task A_model_that_cannot_be_used_is_named()
    {
        using var errors = new StringWriter();
        Assert.Equal(1, await ProbeCommand.RunAsync(["--Rig:Detect:Model=/nowhere.onnx"], TextWriter.Null, errors));
        Assert.Contains("There is no file /nowhere.onnx", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_CUDA_the_processor_works_and_a_sentence_says_so()
    {
        await File.WriteAllBytesAsync(folder.File("tiny.onnx"), TinyNetworks.Of("YOLOv5"));
        using var model = LearnedModel.Open(new ModelSettings(folder.File("tiny.onnx"), [], []));
        Assert.Equal(model.Provider == Providers.Cuda, model.Fallback is null);
        if (model.Fallback is { } fallback)
        {
            Assert.Contains("so the processor works", fallback, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_model_counts_people_in_a_still_picture_of_a_device()
    {
        await File.WriteAllBytesAsync(folder.File("tiny.onnx"), TinyNetworks.Of("YOLOv8"));
        using var presence = new LearnedPresence(new ModelSettings(folder.File("tiny.onnx"), [], []), NullLogger<LearnedPresence>.Instance);
        using var picture = new Mat(1281, 1280, MatType.CV_8UC3, new Scalar(120, 120, 120));
        picture[new Rect(320, 480, 160, 160)].SetTo(new Scalar(60, 60, 250));
        picture[new Rect(960, 640, 160, 160)].SetTo(new Scalar(250, 60, 60));
        Assert.Equal(1, await presence.CountAsync(picture.ToBytes(".jpg"), CancellationToken.None));
        Assert.Null(await presence.CountAsync(new byte[] { 1, 2, 3 }, CancellationToken.None));
    }
}
