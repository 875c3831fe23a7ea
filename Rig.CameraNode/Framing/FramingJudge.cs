using System.Globalization;

namespace Rig.CameraNode.Framing;

/// <summary>Looks at one picture and says how the camera should be moved. Pure.</summary>
/// <remarks>
/// Score and status: green up to 60 % counts 50 points, white lines up to ten 30, a line upright in the middle 8, one across 6, one
/// upright at a side 6. Of that, what spoils the picture takes the status back. docs/design/framing.md.
/// </remarks>
internal static class FramingJudge
{
    private const double NoFieldBelow = 0.2;
    private const double PartialBelow = 0.4;
    private const double FullGrass = 0.6;

    private const double CoveredContrast = 8;
    private const double CoveredBrightness = 10;
    private const double BlurredBelow = 60;
    private const double TooWhite = 0.12;
    private const double TooBlack = 0.5;
    private const double TooDark = 45;
    private const double TooLight = 215;

    /// <summary>A degree is a tenth of the ball's height over the picture's width at the far line: seen, and not worth a beep.</summary>
    private const double MaxTiltDeg = 1.5;
    private const double HighestPitchTop = 0.04;
    private const double LowestPitchTop = 0.6;

    /// <param name="acrossThePitch">
    /// The camera looks straight across the pitch, so that the far touchline is level when the camera is. For one that looks aslant
    /// that line runs aslant too, and says nothing.
    /// </param>
    public static FramingResult Judge(RgbPicture picture, bool acrossThePitch)
    {
        var quality = PictureQuality.Measure(picture);
        var grass = Grass.Find(picture);
        var lines = PitchLines.Find(picture, grass);
        var pitchTop = grass.Boundary(picture.Height);
        var tilt = acrossThePitch ? LevelLine.Fit(grass.Top, picture.Height)?.TiltDeg : null;
        var covered = quality.Contrast < CoveredContrast || quality.Brightness < CoveredBrightness;
        var score = covered ? 0 : Math.Round(((Math.Min(grass.Coverage / FullGrass, 1) * 50) + (Math.Min(lines.Count / 10.0, 1) * 30)
            + (lines.HasCenterLine ? 8 : 0) + (lines.HasSideline ? 6 : 0) + (lines.HasPenaltyArea ? 6 : 0)) / 100, 2);
        var guidance = covered ? ["The lens is covered or it is night. Take the cap off."] : Advice(quality, grass, lines, pitchTop, tilt);
        var status = covered || grass.Coverage < NoFieldBelow ? FramingStatus.NoField
            : grass.Coverage < PartialBelow || score < 0.5 || guidance.Count > 0 ? FramingStatus.Partial
            : score < 0.75 ? FramingStatus.Good : FramingStatus.Excellent;
        return new FramingResult(
            status, score, Math.Round(grass.Coverage, 3), lines.Count, lines.HasCenterLine, lines.HasPenaltyArea, lines.HasSideline,
            guidance.Count > 0 ? guidance[0] : status switch
            {
                FramingStatus.Excellent => "The camera is aimed well.",
                FramingStatus.Good => "The camera is aimed well enough.",
                _ => "Only part of the pitch is seen. Turn the camera until more lines of the pitch are in the picture.",
            },
            Rounded(pitchTop, 3), Rounded(tilt, 1), Math.Round(quality.Sharpness, 1), Math.Round(quality.Brightness, 1),
            Math.Round(quality.Overexposed, 3), Math.Round(quality.Underexposed, 3), covered, guidance);
    }

    private static List<string> Advice(PictureQuality quality, Grass grass, PitchLines lines, double? pitchTop, double? tilt)
    {
        var advice = new List<string>();
        void When(bool wrong, FormattableString sentence)
        {
            if (wrong)
            {
                advice.Add(sentence.ToString(CultureInfo.InvariantCulture));
            }
        }

        When(quality.Brightness < TooDark || quality.Underexposed > TooBlack, $"The picture is too dark. Check the exposure, and that nothing shades the lens.");
        When(quality.Overexposed > TooWhite || quality.Brightness > TooLight, $"The picture is too bright: {quality.Overexposed:P0} of it is white. Keep the sun out of the lens.");
        if (grass.Coverage < NoFieldBelow)
        {
            advice.Add("No pitch is seen. Point the camera at the pitch.");
            return advice;
        }

        When(quality.Sharpness < BlurredBelow, $"The picture is blurred. Clean the lens, then check its focus.");
        When(pitchTop < HighestPitchTop, $"Point the camera higher, until what is behind the far touchline comes into the picture.");
        When(pitchTop > LowestPitchTop, $"Point the camera lower: the pitch begins only in the lowest part of the picture.");
        When(tilt > MaxTiltDeg, $"Lift the camera's right side a little: it hangs by {tilt:0.0} degrees.");
        When(tilt < -MaxTiltDeg, $"Lift the camera's left side a little: it hangs by {-tilt:0.0} degrees.");
        When(grass.Coverage >= PartialBelow && lines.Count < 2, $"No lines of the pitch are seen. Check that this is the right pitch, and that the lens is clean.");
        When(grass.Coverage < PartialBelow && grass.LeftCoverage > 2 * grass.RightCoverage, $"Turn the camera to the left: the pitch is there.");
        When(grass.Coverage < PartialBelow && grass.RightCoverage > 2 * grass.LeftCoverage, $"Turn the camera to the right: the pitch is there.");
        return advice;
    }

    private static double? Rounded(double? value, int digits) => value is { } number ? Math.Round(number, digits) + 0.0 : null;
}
