using Rig.CameraNode.Encoding;
using Rig.CameraNode.Encoding.V4l2;

namespace Rig.Tests.Drivers;

public sealed class AccessUnitCompleterTests
{
    private static readonly byte[] Sps = [0, 0, 0, 1, 0x67, 1, 2, 3];
    private static readonly byte[] Pps = [0, 0, 0, 1, 0x68, 4, 5];
    private static readonly byte[] Key = [0, 0, 0, 1, 0x65, 9, 9];
    private static readonly byte[] Slice = [0, 0, 0, 1, 0x41, 8, 8];

    [Fact]
    public void Parameter_sets_told_once_stand_before_every_key_frame()
    {
        var completer = new AccessUnitCompleter(VideoCodec.H264);
        Assert.Null(completer.Complete((byte[])[.. Sps, .. Pps]));
        Assert.Equal([.. Sps, .. Pps, .. Key], completer.Complete(Key)!.Value.ToArray());
        Assert.Equal(Slice, completer.Complete(Slice)!.Value.ToArray());
        Assert.Equal([.. Sps, .. Pps, .. Key], completer.Complete(Key)!.Value.ToArray());
    }

    [Fact]
    public void A_key_frame_that_has_its_sets_stays_as_it_is()
    {
        var completer = new AccessUnitCompleter(VideoCodec.H264);
        byte[] whole = [.. Sps, .. Pps, .. Key];
        Assert.Equal(whole, completer.Complete(whole)!.Value.ToArray());
        Assert.Equal(whole, completer.Complete(Key)!.Value.ToArray());
    }
}
