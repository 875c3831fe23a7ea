namespace Rig.Ingest.Detect.Learned;

/// <summary>What a network takes for a colour: value = (byte - mean) * factor, planes in the order blue, green, red or the other way.</summary>
internal sealed record PixelForm(bool RedFirst, float[] MeanBgr, float[] FactorBgr)
{
    /// <summary>YOLOX from release 0.1.1 on: bytes as they are.</summary>
    public static PixelForm BgrBytes { get; } = new(false, [0, 0, 0], [1, 1, 1]);

    /// <summary>YOLOv5 and later: red first, 0 to 1.</summary>
    public static PixelForm RgbUnit { get; } = new(true, [0, 0, 0], [1 / 255f, 1 / 255f, 1 / 255f]);

    /// <summary>NanoDet: mean and deviation of ImageNet.</summary>
    public static PixelForm BgrImageNet { get; } = new(false, [103.53f, 116.28f, 123.675f], [1 / 57.375f, 1 / 57.12f, 1 / 58.395f]);
}
