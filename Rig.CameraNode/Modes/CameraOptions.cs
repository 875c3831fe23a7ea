using Microsoft.Extensions.Options;
using Rig.CameraNode.Capture;
using Rig.CameraNode.Encoding;

namespace Rig.CameraNode.Modes;

/// <summary>Configuration section <c>Rig:Camera</c>.</summary>
internal sealed class CameraOptions
{
    internal const string Section = "Rig:Camera";

    private const string Rehearsal = "rig-rehearsal";

    /// <summary>A camera by <c>v4l2</c> or <c>libcamera</c>, a test <c>pattern</c>, or, by rig-rehearsal, <c>synthetic</c> or <c>footage</c>.</summary>
    public string Source { get; set; } = FrameSources.V4l2;

    /// <summary>
    /// The program that captures: a path, or a name beside rig-node. Empty: rig-node itself, and for the sources <c>synthetic</c> and
    /// <c>footage</c> rig-rehearsal beside it.
    /// </summary>
    public string CaptureProgram { get; set; } = "";

    public int Width { get; set; } = 1280;

    public int Height { get; set; } = 720;

    public int Fps { get; set; } = 30;

    public double BitrateMbps { get; set; } = 6;

    /// <summary><c>h264</c>, or <c>h265</c> where the machine keeps up with it.</summary>
    public string Codec { get; set; } = "h264";

    /// <summary>The software encoder's preset; faster ones cost picture quality at the same bitrate.</summary>
    public string Preset { get; set; } = "superfast";

    /// <summary>Which camera, as <c>rig-node probe</c> shows it: path, card or bus by V4L2, id or model by libcamera. Empty for the first that has the mode.</summary>
    public string Device { get; set; } = "";

    /// <summary>The encoder's id, as <c>rig-node probe</c> shows it; empty lets the node choose.</summary>
    public string Encoder { get; set; } = "";

    /// <summary>The synthetic match's; cameras of one rig must have the same.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>The video that the <c>footage</c> source plays.</summary>
    public string? FootageFile { get; set; }

    /// <summary>The program that captures instead of rig-node itself; null where rig-node does.</summary>
    internal string? CaptureProgramPath() => CaptureProgram.Length > 0 ? Path.Combine(AppContext.BaseDirectory, CaptureProgram)
        : FrameSources.IsRehearsed(Source) ? Path.Combine(AppContext.BaseDirectory, Rehearsal)
        : null;

    /// <summary>What the capture process is told to be.</summary>
    /// <param name="proofsFile">The measured modes to choose among; null lets it choose freely.</param>
    internal ConfigureCapture Configure(string cameraId, string? proofsFile = null) => new(
        cameraId, Source, Width, Height, Fps, BitrateMbps, Codec, Preset, Seed, FootageFile,
        Device.Length > 0 ? Device : null, Encoder.Length > 0 ? Encoder : null, proofsFile);
}

internal sealed class CameraOptionsValidator : IValidateOptions<CameraOptions>
{
    public ValidateOptionsResult Validate(string? name, CameraOptions o)
    {
        var errors = new List<string>();
        Require(FrameSources.Names.Contains(o.Source), $"Source must be one of {string.Join(", ", FrameSources.Names)}.");
        Require(o.Width is >= 64 and <= 8192 && o.Width % 2 == 0, "Width must be even and between 64 and 8192.");
        Require(o.Height is >= 64 and <= 8192 && o.Height % 2 == 0, "Height must be even and between 64 and 8192.");
        Require(o.Fps is >= 1 and <= 120, "Fps must be between 1 and 120.");
        Require(o.BitrateMbps is >= 0.1 and <= 200, "BitrateMbps must be between 0.1 and 200.");
        Require(VideoCodecNames.TryParse(o.Codec, out _), "Codec must be h264 or h265.");
        Require(EncoderSettings.Presets.Contains(o.Preset), $"Preset must be one of {string.Join(", ", EncoderSettings.Presets)}.");
        Require(
            o.CaptureProgramPath() is not { } program || File.Exists(program),
            FrameSources.IsRehearsed(o.Source)
                ? $"CaptureProgram: there is no program {o.CaptureProgramPath()}, which films the source '{o.Source}'. Name the path of rig-rehearsal, or set Rig:Camera:Source to a camera, v4l2 or libcamera."
                : $"CaptureProgram: there is no program {o.CaptureProgramPath()}. Leave it empty, so that rig-node captures by itself, or name another program.");
        Require(o.Source != FrameSources.Footage || File.Exists(o.FootageFile), "FootageFile must name a video file when Source is footage.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Require(bool holds, string rule)
        {
            if (!holds)
            {
                errors.Add($"{CameraOptions.Section}:{rule}");
            }
        }
    }
}
