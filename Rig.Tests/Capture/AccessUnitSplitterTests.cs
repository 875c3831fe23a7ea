using Rig.CameraNode.Encoding;
using Rig.Tests.Storage;

namespace Rig.Tests.Capture;

public sealed class AccessUnitSplitterTests
{
    [Theory]
    [InlineData("h264")]
    [InlineData("h265")]
    public void However_the_stream_is_cut_the_same_units_come_out(string codecName)
    {
        Assert.True(VideoCodecNames.TryParse(codecName, out var codec));
        var expected = SampleVideo.Frames(codec).Take(12).Select(f => f.Data.ToArray()).ToList();
        var stream = expected.SelectMany(unit => unit).ToArray();
        foreach (var seed in Enumerable.Range(1, 30))
        {
            var random = new Random(seed);
            var splitter = new AccessUnitSplitter(codec);
            var units = new List<byte[]>();
            for (var at = 0; at < stream.Length;)
            {
                var count = Math.Min(stream.Length - at, random.Next(1, seed * seed));
                splitter.Push(stream.AsSpan(at, count), unit => units.Add(unit.ToArray()));
                at += count;
            }

            splitter.End(unit => units.Add(unit.ToArray()));
            Assert.Equal(expected, units);
        }
    }

    [Fact]
    public void A_stream_without_delimiters_is_refused_before_it_fills_the_memory()
    {
        var splitter = new AccessUnitSplitter(VideoCodec.H264);
        var noise = new byte[1 << 20];
        Assert.Throws<InvalidDataException>(() =>
        {
            for (var i = 0; i < 20; i++)
            {
                splitter.Push(noise, _ => { });
            }
        });
    }

    [Fact]
    public void Every_second_begins_with_a_key_frame_that_carries_its_parameter_sets()
    {
        var frames = SampleVideo.Frames();
        Assert.Equal(60, frames.Count);
        Assert.Equal([0L, 30L], frames.Where(f => f.IsKey).Select(f => f.Number));
        Assert.All(frames.Where(f => f.IsKey), f => Assert.NotNull(ParameterSets.Find(VideoCodec.H264, f.Data.Span)));
    }
}
