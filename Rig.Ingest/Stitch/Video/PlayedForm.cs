using System.Globalization;
using Rig.Actors.Pipeline;
using Rig.Media;

namespace Rig.Ingest.Stitch.Video;

/// <summary>
/// What has to be done to a file's pictures so that all cameras' are alike: upright, of square samples, even in size, 8-bit 4:2:0 of video
/// range in the colours of BT.709. Sizes of cameras may differ.
/// </summary>
/// <remarks>A file that says nothing of its colours or its range is taken to be BT.709 of video range, whatever its size.</remarks>
internal sealed record PlayedForm(int Width, int Height, IReadOnlyList<string> Filters)
{
    private const double DegreesTolerance = 1;
    private const double SquareTolerance = 0.002;

    /// <summary>HDR's white for things that are lit, and not lights themselves (ITU-R BT.2408).</summary>
    private const int HdrWhiteNits = 203;

    private static readonly string[] PlainFormats = ["yuv420p", "yuvj420p"];
    private static readonly string[] ScalerMatrices = ["bt709", "fcc", "bt470bg", "smpte170m", "smpte240m", "bt2020nc"];

    /// <summary>Whether the decoder's pictures can be used as they are.</summary>
    public bool IsAsStored => Filters.Count == 0;

    /// <param name="width">As stored, pixels.</param>
    /// <exception cref="StageFailedException">What the file has cannot be made into such pictures; the message names it.</exception>
    public static PlayedForm Of(string name, int width, int height, PictureForm form)
    {
        var quarters = form.TurnDegrees / 90;
        if (!double.IsFinite(quarters) || Math.Abs(quarters - Math.Round(quarters)) * 90 > DegreesTolerance)
        {
            throw new StageFailedException(FormattableString.Invariant($"The file {name} says that its picture is turned by {form.TurnDegrees:0.#} degrees; only quarter turns can be shown upright."));
        }

        // Samples are stretched and never squeezed, so that nothing of the picture is lost.
        var square = Math.Abs(form.SampleAspect - 1) <= SquareTolerance;
        var (w, h) = square ? (width, height) : form.SampleAspect > 1 ? (width * form.SampleAspect, (double)height) : (width, height / form.SampleAspect);
        var (evenWidth, evenHeight) = (Even(w), Even(h));
        if ((int)Math.Round(quarters) % 2 != 0)
        {
            (evenWidth, evenHeight) = (evenHeight, evenWidth);
        }

        var isHdr = form.Transfer is "smpte2084" or "arib-std-b67";
        var isFull = form.Range == "pc" || form.PixelFormat.StartsWith("yuvj", StringComparison.Ordinal);
        var isYuv = form.PixelFormat.StartsWith("yuv", StringComparison.Ordinal) || form.PixelFormat.StartsWith("nv", StringComparison.Ordinal) || form.PixelFormat.StartsWith("p0", StringComparison.Ordinal);
        var isHdColour = form.Matrix is "" or "bt709";
        if (PlainFormats.Contains(form.PixelFormat) && !isHdr && !isFull && isHdColour && !form.IsTurned && square && (evenWidth, evenHeight) == (width, height))
        {
            return new PlayedForm(width, height, []);
        }

        List<string> filters = [];
        var matrix = "bt709";
        if (isHdr)
        {
            if (!FfmpegPrograms.Filters(["zscale", "tonemap"]).SequenceEqual(["zscale", "tonemap"]))
            {
                throw new StageFailedException($"The file {name} is HDR ({form.Transfer}), and this machine's ffmpeg lacks the filters zscale and tonemap that would make it the same as other cameras'; record in SDR.");
            }

            // What a file leaves unsaid zscale would not guess.
            filters.Add($"zscale=tin={form.Transfer}:pin=bt2020:min={(form.Matrix is "" ? "bt2020nc" : ZscaleMatrix(form.Matrix))}:rin={(isFull ? "full" : "limited")}:t=linear:npl={HdrWhiteNits.ToString(CultureInfo.InvariantCulture)}");
            filters.AddRange(["format=gbrpf32le", "zscale=p=bt709", "tonemap=hable:desat=0", "zscale=t=bt709:m=bt709:r=limited", "format=yuv420p"]);
            isFull = false;
        }
        else if (isYuv)
        {
            matrix = isHdColour ? "bt709"
                : ScalerMatrices.Contains(form.Matrix) ? form.Matrix
                : throw new StageFailedException($"The file {name} has colours of a kind that cannot be converted ({form.Matrix}); record or convert it to BT.709.");
        }

        var size = $"w={evenWidth.ToString(CultureInfo.InvariantCulture)}:h={evenHeight.ToString(CultureInfo.InvariantCulture)}";
        var colours = isYuv ? $":in_color_matrix={ScalerName(matrix)}:in_range={(isFull ? "pc" : "tv")}" : "";
        filters.AddRange([$"scale={size}{colours}:out_color_matrix=bt709:out_range=tv:flags=bicubic+accurate_rnd+full_chroma_int", "format=yuv420p", "setsar=1"]);
        return new PlayedForm(evenWidth, evenHeight, filters);
    }

    private static int Even(double pixels) => Math.Max(2, 2 * (int)Math.Round(pixels / 2, MidpointRounding.ToZero));

    private static string ScalerName(string matrix) => matrix == "bt2020nc" ? "bt2020" : matrix;

    private static string ZscaleMatrix(string matrix) => matrix switch { "bt470bg" => "470bg", "smpte170m" => "170m", "bt709" => "709", "bt2020c" => "2020_cl", _ => "2020_ncl" };
}
