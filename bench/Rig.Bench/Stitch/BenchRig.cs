using Rig.Domain.Match;
using Rig.Ingest.Stitch.Align;
using Rig.Ingest.Stitch.Geometry;
using Rig.Ingest.Stitch.Kernel;
using Rig.Ingest.Stitch.Video;

namespace Rig.Bench.Stitch;

/// <summary>Three 3840x2160 cameras of 66 degrees with 15 % overlap, stitched to 5760 columns; pictures of noise over a gradient.</summary>
internal sealed class BenchRig
{
    public const int SourceWidth = 3840;
    public const int SourceHeight = 2160;
    private const int PanoramaWidth = 5760;
    private const int PanoramaHeight = 1080;

    public BenchRig()
    {
        var focal = SourceWidth / 2 / Math.Tan(33 * Math.PI / 180);
        var lens = new CameraLens(LensModel.BrownConrady, SourceWidth, SourceHeight, focal, focal, (SourceWidth - 1) / 2.0, (SourceHeight - 1) / 2.0, [-0.05, 0.01, 0, 0, 0]);
        Cameras = [.. new[] { -56, 0, 56 }.Select(yaw => new CameraModel(lens, Rotation.FromYaw(yaw * Math.PI / 180)))];
        var geometryFocal = PanoramaWidth / (170 * Math.PI / 180);
        Geometry = new PanoramaGeometry
        {
            Width = PanoramaWidth,
            Height = PanoramaHeight,
            FocalPx = geometryFocal,
            CenterColumn = PanoramaWidth / 2.0,
            HorizonRow = PanoramaHeight / 2.0,
        };
        Frames = [.. Enumerable.Range(1, Cameras.Length).Select(seed => new NoiseFrame(seed))];
    }

    public CameraModel[] Cameras { get; }

    public PanoramaGeometry Geometry { get; }

    public VideoFrame[] Frames { get; }

    public PanoramaRenderer Renderer() => new(Geometry, Cameras, [.. Cameras.Select(_ => ExposureMatch.None)], threads: 2);

    private sealed unsafe class NoiseFrame : VideoFrame
    {
        private readonly byte[] data;

        public NoiseFrame(int seed)
        {
            (Width, Height, StrideY, StrideC) = (SourceWidth, SourceHeight, SourceWidth, SourceWidth / 2);
            data = GC.AllocateUninitializedArray<byte>(Width * Height * 3 / 2, pinned: true);
            var random = new Random(seed);
            random.NextBytes(data);
            for (var i = 0; i < data.Length; i++)
            {
                data[i] = (byte)(96 + (data[i] >> 3) + (i % Width / 64));
            }

            Y = (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(data, 0);
            U = Y + (Width * Height);
            V = U + (Width * Height / 4);
        }

        public override void Dispose()
        {
        }
    }
}
