namespace Rig.CameraNode.Framing;

/// <summary>How good a picture is, whatever it shows.</summary>
/// <param name="Sharpness">Variance of the Laplacian (4 neighbours) of 8-bit luma; of a preview, so it shows blur that a viewer of the small picture sees.</param>
/// <param name="Contrast">Standard deviation of luma.</param>
/// <param name="Brightness">Mean of luma, 0 to 255.</param>
/// <param name="Overexposed">Share of pixels that are as good as white; <paramref name="Underexposed"/>, as good as black.</param>
internal sealed record PictureQuality(double Sharpness, double Contrast, double Brightness, double Overexposed, double Underexposed)
{
    private const int White = 250;
    private const int Black = 12;

    public static PictureQuality Measure(RgbPicture picture)
    {
        var luma = picture.Luma;
        var (width, height) = (picture.Width, picture.Height);
        var (white, black) = (0, 0);
        double sum = 0, squares = 0;
        foreach (var value in luma)
        {
            white += value >= White ? 1 : 0;
            black += value <= Black ? 1 : 0;
            sum += value;
            squares += value * value;
        }

        double edgeSum = 0, edgeSquares = 0;
        for (var y = 1; y < height - 1; y++)
        {
            for (var x = 1; x < width - 1; x++)
            {
                var i = (y * width) + x;
                double edge = luma[i - 1] + luma[i + 1] + luma[i - width] + luma[i + width] - (4 * luma[i]);
                edgeSum += edge;
                edgeSquares += edge * edge;
            }
        }

        var inner = (double)Math.Max(1, (width - 2) * (height - 2));
        double all = luma.Length;
        return new PictureQuality(
            Variance(edgeSum, edgeSquares, inner), Math.Sqrt(Variance(sum, squares, all)), sum / all, white / all, black / all);
    }

    private static double Variance(double sum, double squares, double count) => Math.Max(0, (squares / count) - (sum / count * (sum / count)));
}
